import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { printText } from './output.js'
import { UsageError } from './usage-error.js'

/** Where a report goes: a file, standard output, both or nowhere. */
export interface ReportSink {
  write(text: string): void
  /** Makes the file appear under its name; until then an older one stays as it is. */
  commit(): void
  /** Leaves no file behind. */
  discard(): void
}

/** A sink for `--report FILE` and `--json`. */
export function openReportSink(file: string | undefined, json: boolean): ReportSink {
  const partial = file === undefined ? null : `${file}.partial`
  const fd = partial === null ? null : open(partial)
  return {
    write(text) {
      if (fd !== null) writeSync(fd, text)
      if (json) printText(text)
    },
    commit() {
      if (fd === null || partial === null || file === undefined) return
      closeSync(fd)
      renameSync(partial, file)
    },
    discard() {
      if (fd === null || partial === null) return
      closeSync(fd)
      rmSync(partial, { force: true })
    },
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`the report cannot be written: ${reason}`)
  }
}
