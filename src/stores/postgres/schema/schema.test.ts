import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { schemaVersions } from './schema.js'

/** What databases out there were made with. A changed hash is a changed past. */
const released: Readonly<Record<number, string>> = {
  1: '9b8c6c4e01363174c30fcb42214c87909f75d67f9b79c44d92ea77aea895b7c4',
  2: 'b92f85354a669cc3d8b12df5924a6b739bde00f959cce13650db85e608a24e86',
  3: 'a235c513e39d650674632e711197084fc378e1b4134b9e07f20dbbae0de316ab',
}

describe('the schema', () => {
  test('has versions without gaps', () => {
    const versions = schemaVersions.map(({ version }) => version)
    expect(versions).toEqual(versions.map((_version, index) => index + 1))
  })

  test.each(schemaVersions)('version $version is as it was released', ({ version, statements }) => {
    const sha256 = createHash('sha256').update(statements.join(';\n')).digest('hex')
    expect(sha256).toBe(released[version])
  })
})
