import { lstatSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.js'
import { UnreachableError } from '../usage/failures.js'
import { openReportSink } from './report-sink.js'

test('a report takes the place of an older one when it is complete', () => {
  const file = join(temporaryFolder(), 'report.json')
  writeFileSync(file, 'old')
  const sink = openReportSink(file, false)
  sink.write('new')
  expect(readFileSync(file, 'utf8')).toBe('old')
  sink.commit()
  expect(readFileSync(file, 'utf8')).toBe('new')
})

test('a report that is discarded leaves the older one and nothing else', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'report.json'), 'old')
  const sink = openReportSink(join(folder, 'report.json'), false)
  sink.write('new')
  sink.discard()
  expect(readdirSync(folder)).toEqual(['report.json'])
  expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe('old')
})

test('a device is written to and not replaced', () => {
  // By another name, so that a mistake costs this name only.
  const name = join(temporaryFolder(), 'nowhere')
  symlinkSync('/dev/null', name)
  const sink = openReportSink(name, false)
  sink.write('gone')
  sink.commit()
  expect(lstatSync(name).isSymbolicLink()).toBe(true)
})

test.skipIf(process.platform !== 'linux')('a file there is no room for is named', () => {
  const name = join(temporaryFolder(), 'full')
  symlinkSync('/dev/full', name)
  const sink = openReportSink(name, false)
  expect(() => sink.write('more')).toThrow(UnreachableError)
  expect(() => sink.write('more')).toThrow(`${name} cannot be written: ENOSPC`)
  sink.discard()
})
