import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { printText } from './output.js'
import { UsageError } from './usage-error.js'

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
  const partial = file === undefined ? null : `${file}.partial`
  const fd = file === undefined || partial === null ? null : open(file, partial)
  let isOpen = fd !== null
  return {
    write(text) {
      if (fd !== null) writeSync(fd, text)
      if (json) printText(text)
    },
    commit() {
      if (fd === null || partial === null || file === undefined) return
      isOpen = false
      closeSync(fd)
      renameSync(partial, file)
    },
    discard() {
      if (fd === null || partial === null) return
      if (isOpen) closeSync(fd)
      isOpen = false
      rmSync(partial, { force: true })
    },
  }
}

/** Refuses a file that could not be written at the end, before there is something to write. */
export function requireWritable(file: string | undefined): void {
  if (file !== undefined) openReportSink(file, false).discard()
}

function open(file: string, partial: string): number {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw new UsageError(`${file} is a folder; name a file for the report`)
    }
    return openSync(partial, 'w')
  } catch (error) {
    if (error instanceof UsageError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${file} cannot be written: ${reason}`)
  }
}
