import { inject } from 'vitest'
import { runOver } from './live/subject.js'
import { postgresSubject } from './postgres-subjects.js'

await runOver(postgresSubject(inject('postgresUrl')))
