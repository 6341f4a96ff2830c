import { MemoryStorage, openMemoryStore } from 'threadstore/memory'
import { audited } from './audited-store.js'

const storages = new Map()

/** A handle on the storage of a case; a second one, or one after a restart, finds what is there. */
async function open({ scope }) {
  if (!storages.has(scope)) storages.set(scope, new MemoryStorage())
  const lines = []
  return audited(openMemoryStore({ storage: storages.get(scope) }), (line) => lines.push(line))
}

/** @type {import('threadstore/conformance').Subject} */
export default { name: 'audited store', open, reopen: open, openSecond: open }
