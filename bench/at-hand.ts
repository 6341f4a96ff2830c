import { findCodex } from '../test/support/codex.js'
import { NotAtHandError } from './row.js'

/** The path of a real Codex that is installed already: a measurement downloads nothing. */
export async function atHand(version: string): Promise<string> {
  const { binary, folder, isThere } = await findCodex(version)
  if (isThere) return binary
  throw new NotAtHandError(
    `Codex ${version} is not at hand; npm install --prefix ${folder} @openai/codex@${version}`,
  )
}
