import pc from 'picocolors'
import type { TextStyle } from '../conformance/index.js'
import { resultStream } from './output.js'

/** Colours where a terminal shows them, none where the output is kept. */
export function terminalStyle(): TextStyle {
  const { bold, dim, red, green, yellow } = pc.createColors(resultStream().isTTY)
  return { bold, dim, red, green, yellow }
}
