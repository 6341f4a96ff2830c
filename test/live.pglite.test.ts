import { runOver } from './live/subject.js'
import { pgliteSubject } from './postgres-subjects.js'

await runOver(await pgliteSubject())
