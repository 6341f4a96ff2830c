import pc from 'picocolors'
import type { TextStyle } from '../../conformance/index.js'
import { resultStream } from './output.js'

/** Colours where a terminal shows them, none where the output is kept, as a log of CI is. */
export function terminalStyle(): TextStyle {
  const { bold, dim, red, green, yellow } = resultStream().isTTY ? pc : pc.createColors(false)
  return { bold, dim, red, green, yellow }
}
