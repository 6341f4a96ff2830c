import { type CustomTypesConfig, types } from 'pg'

type Parse = (text: string) => unknown

const BYTEA = 17
const INT8 = 20

/** Reads results: `bigint` as a number, `bytea` without the detour the client makes. */
export const resultTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number) => {
    if (oid === INT8) return Number
    if (oid === BYTEA) return readBytea
    return types.getTypeParser(oid) as Parse
  }) as CustomTypesConfig['getTypeParser'],
}

const readAnyBytea = types.getTypeParser(BYTEA) as (text: string) => Uint8Array

/** A server can be set up to spell bytea as it did twenty years ago. */
function readBytea(text: string): Uint8Array {
  return text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex') : readAnyBytea(text)
}
