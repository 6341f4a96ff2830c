import { redact } from './store-address.js'

/** Prints one line of a command's result. Only results go to stdout, so that they can be piped. */
export function printResult(line: string): void {
  write(process.stdout, line)
}

/** Prints a part of a command's result as it is. */
export function printText(text: string): void {
  writeText(process.stdout, text)
}

/** Where results go, for those that are bytes. */
export function resultStream(): NodeJS.WriteStream {
  return process.stdout
}

/** Prints one line about how the work goes, or why it does not. Never shows a password. */
export function printLog(line: string): void {
  write(process.stderr, redact(line))
}

/** Whether people watch the progress, on a terminal that can redraw a line. */
export function hasTerminal(): boolean {
  return process.stderr.isTTY
}

/** Characters that fit a line of the result; 80 where it goes to no terminal. */
export function terminalWidth(): number {
  return process.stdout.columns ?? 80
}

/** Where progress is drawn. */
export function progressStream(): NodeJS.WriteStream {
  return process.stderr
}

function write(stream: NodeJS.WriteStream, line: string): void {
  writeText(stream, `${line}\n`)
}

function writeText(stream: NodeJS.WriteStream, text: string): void {
  // `threadstore … | head` closes the pipe early, which is the reader's right and no failure.
  if (stream.listenerCount('error') === 0) stream.on('error', ignoreClosedPipe)
  stream.write(text)
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
