import { expect, test } from 'vitest'
import { readText } from './tidy/repository.js'

test('CI runs the commands of the README as they are written', () => {
  const commands = readText('README.md').match(/^npm ci && .*$/gm)
  expect(commands).toHaveLength(2)
  const steps = readText('.ci/run').match(/(?<=^bash -c ').*(?='$)/gm)
  expect(steps).toEqual(commands)
})
