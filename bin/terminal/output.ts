import { inspect } from 'node:util'
import { ExitCode } from '../usage/exit-codes.js'
import { redact } from '../stores/store-address.js'
import { UsageError } from '../usage/usage-error.js'

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

/** How much is said beside results and errors. */
interface Loudness {
  readonly quiet: boolean
  readonly verbose: boolean
}

let loudness: Loudness = { quiet: false, verbose: false }

/** Decides how much is said, once the command line is known. */
export function setLoudness(wanted: Loudness): void {
  if (wanted.quiet && wanted.verbose) throw new UsageError('give --quiet or --verbose, not both')
  loudness = wanted
}

/** Whether progress is shown. */
export function isQuiet(): boolean {
  return loudness.quiet
}

/** Prints one line about how the work goes. Never shows a password. */
export function printLog(line: string): void {
  if (!loudness.quiet) write(process.stderr, redact(line))
}

/** Prints one line about what was done that only `--verbose` shows. */
export function printDetail(line: string): void {
  if (loudness.verbose) printLog(line)
}

/** Prints why the work does not go on; with `--verbose`, where that came from. */
export function printError(line: string, error?: unknown): void {
  write(process.stderr, redact(line))
  if (loudness.verbose && error !== undefined) write(process.stderr, redact(inspect(error)))
}

/** Whether people watch the progress, on a terminal that can redraw a line. */
export function hasTerminal(): boolean {
  // What is said in detail would be drawn over.
  return process.stderr.isTTY && !loudness.verbose
}

/** Characters that fit a line of the result; 80 where it goes to no terminal. */
export function terminalWidth(): number {
  return process.stdout.columns ?? 80
}

/** Characters that a table may take; `null` where it goes to no terminal, and is kept whole. */
export function tableWidth(): number | null {
  return process.stdout.columns ?? null
}

/** Where progress is drawn. */
export function progressStream(): NodeJS.WriteStream {
  return process.stderr
}

function write(stream: NodeJS.WriteStream, line: string): void {
  writeText(stream, `${harmless(line)}\n`)
}

// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const COLOUR_OR_CONTROL = /\u001B\[[\d;]*m|[^\P{Cc}\t\n]|[\u202A-\u202E\u2066-\u2069]/gu

/**
 * Lines hold names, folders and messages that anybody may have written. What would move the cursor, set a title
 * or turn the direction of writing is shown as an escape, which is the same text where it stands in JSON.
 */
export function harmless(line: string): string {
  return line.replace(COLOUR_OR_CONTROL, (found) =>
    found.length > 1 ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function writeText(stream: NodeJS.WriteStream, text: string): void {
  if (stream.listenerCount('error') === 0) stream.on('error', noteProblem)
  stream.write(text)
}

let isLost = false

/**
 * A reader may leave early, as `head` does; that is no failure. What cannot be written for another
 * reason, such as a full disk, is one, whatever else the command comes to.
 */
function noteProblem(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || isLost) return
  isLost = true
  process.once('exit', () => {
    printError(`threadstore: what was printed could not be written: ${error.message}`, error)
    process.exitCode = ExitCode.unreachable
  })
}
