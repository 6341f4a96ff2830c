/** Prints one line of a command's result. Only results go to stdout, so that they can be piped. */
export function printResult(line: string): void {
  write(process.stdout, line)
}

/** Prints one line about how the work goes. */
export function printLog(line: string): void {
  write(process.stderr, line)
}

function write(stream: NodeJS.WriteStream, line: string): void {
  // `threadstore … | head` closes the pipe early, which is the reader's right and no failure.
  if (stream.listenerCount('error') === 0) stream.on('error', ignoreClosedPipe)
  stream.write(`${line}\n`)
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
