import type { MigrationEvent } from '../../migrate/index.js'
import type { Progress } from '../terminal/progress.js'

/** Shows what a migration tells. */
export function showMigration(progress: Progress, event: MigrationEvent): void {
  const { state } = progress
  switch (event.type) {
    case 'found':
      return progress.set({ found: event.threads })
    case 'planned':
      return progress.set({ todo: { threads: event.threads, bytes: event.bytesToRead } })
    case 'started':
      return progress.set({ current: event.threadId })
    case 'read':
      return progress.set({ bytes: state.bytes + event.bytes })
    case 'retrying':
      return progress.set({
        current: `${event.threadId}: ${event.reason}`,
        bytes: state.bytes - event.bytes,
      })
    case 'finished':
      return state.todo === null ? undefined : progress.set({ threads: state.threads + 1 })
  }
}
