import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { configuredText } from './home-config.js'

test.each([
  ['model_provider = "mock"\n', 'mock'],
  ["# model_provider = 'no'\n  model_provider='mock' # yes\n", 'mock'],
  ['[profiles.x]\nmodel_provider = "mock"\n', null],
  ['my_model_provider = "mock"\n', null],
  ['', null],
])('the configuration %j names the provider %j', (text, expected) => {
  const home = temporaryFolder()
  expect(configuredText(home, 'model_provider')).toBeNull()
  writeFileSync(join(home, 'config.toml'), text)
  expect(configuredText(home, 'model_provider')).toBe(expected)
})
