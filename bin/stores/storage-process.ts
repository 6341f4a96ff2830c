import { serveStdio } from '../../src/stores/stdio/index.js'
import { openSubject } from '../suite/open-subject.js'
import { resultStream } from '../terminal/output.js'

/** Names the subject whose storages are served: an address may hold a password. */
const ADDRESS = 'THREADSTORE_SUBJECT'

// The other process of a test: serves the storages of a subject, and may be killed at any moment.
await using opened = await openSubject(process.env[ADDRESS] ?? '')
await serveStdio(opened.subject, process.stdin, resultStream(), {
  crash: () => process.kill(process.pid, 'SIGKILL'),
})
