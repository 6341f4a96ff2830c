import { expect, test } from 'vitest'
import { optionWithoutValue, type RefusedLine, usageMessage } from './usage-message.js'

const line: RefusedLine = {
  argv: ['replay', 'token', '--srot=x'],
  command: ['replay'],
  usage: 'threadstore replay <token> <subject>',
  meant: (name, isOption) => `; did you mean ${isOption ? '--' : ''}${name}ish?`,
}

test.each([
  ['Not enough non-option arguments: got 0, need at least 2', '<token> and <subject> are missing'],
  ['Not enough non-option arguments: got 1, need at least 2', '<subject> is missing'],
  ['Missing required argument: model', '--model is missing'],
  ['Unknown argument: srot', 'there is no option --srot; did you mean --srotish?'],
  ['Unknown arguments: a, b', 'a is more than this command takes; did you mean aish?'],
  [
    'Invalid values:\n  Argument: sort, Given: "size", Choices: "created", "updated"',
    '--sort: size is none of created, updated',
  ],
  ['something else', 'something else'],
])('%j is said in our words', (message, ours) => {
  expect(usageMessage(message, line)).toBe(ours)
})

test.each([
  [['--report'], '--report'],
  [['--report', '--json'], '--report'],
  [['--report='], '--report='],
  [['--report', 'x', '--json'], undefined],
  [['--report', '-'], undefined],
  [['--report=x'], undefined],
])('of %j the option without a value is %s', (argv, bare) => {
  expect(optionWithoutValue(argv, ['report'])).toBe(bare)
})
