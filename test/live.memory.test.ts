import { memorySubject } from '../conformance/mutants/memory-subject.js'
import { runOver } from './live/subject.js'

await runOver(memorySubject())
