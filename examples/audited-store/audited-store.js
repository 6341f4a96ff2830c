// A store that keeps a line for everything that changed, in front of any other store.
const changes = [
  'createThread',
  'appendItems',
  'updateThreadMetadata',
  'archiveThread',
  'unarchiveThread',
  'revertThread',
  'deleteThread',
  'importThread',
]

/**
 * @param {import('threadstore').ThreadStore} store
 * @param {(line: { at: string, verb: string, threadId: string }) => void} note
 * @returns {import('threadstore').ThreadStore}
 */
export function audited(store, note) {
  const noted = changes.map((verb) => {
    const call = async (params) => {
      const result = await store[verb](params)
      const threadId = params.threadId ?? params.thread.threadId
      note({ at: new Date().toISOString(), verb, threadId })
      return result
    }
    return [verb, call]
  })
  return { ...store, ...Object.fromEntries(noted) }
}
