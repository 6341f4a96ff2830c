import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { printText } from '../terminal/output.js'
import { UsageError } from '../usage/usage-error.js'
import { writeWhole } from './write-whole.js'

/** Where a report goes: a file, standard output, both or nowhere. */
interface ReportSink {
  write(text: string): void
  /** Makes the file appear under its name; until then an older one stays as it is. */
  commit(): void
  /** Leaves no file behind. */
  discard(): void
}

/** A sink for `--report FILE` and `--json`. */
export function openReportSink(file: string | undefined, json: boolean): ReportSink {
  const begun = file === undefined ? null : begin(file)
  return {
    write(text) {
      begun?.write(text)
      if (json) printText(text)
    },
    commit: () => begun?.commit(),
    discard: () => begun?.discard(),
  }
}

/** Refuses a file that could not be written at the end, before there is something to write. */
export function requireWritable(file: string | undefined): void {
  if (file !== undefined) openReportSink(file, false).discard()
}

/** What is no file, such as a device or a pipe, is written to as it is, and never replaced. */
function begin(file: string): ReportSink {
  const path = isFile(file) ? `${file}.partial` : file
  const fd = open(file, path)
  let isOpen = true

  function close(): void {
    if (isOpen) closeSync(fd)
    isOpen = false
  }

  return {
    write: (text) => writeWhole(fd, file, text),
    commit() {
      close()
      if (path !== file) renameSync(path, file)
    },
    discard() {
      close()
      if (path !== file) rmSync(path, { force: true })
    },
  }
}

function isFile(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats?.isDirectory() === true) {
    throw new UsageError(`${file} is a folder; name a file for the report`)
  }
  return stats?.isFile() ?? true
}

function open(file: string, path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${file} cannot be written: ${reason}`)
  }
}
