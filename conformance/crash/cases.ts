import type { ConformanceCase } from '../case.js'
import { durable } from '../claims.js'
import { control, sweep } from './sweep.js'

const requires = durable('process-crash')
const doors = ['spawn', 'reopen'] as const

/** Processes that die, and what they leave. */
export const crashCases: readonly ConformanceCase[] = [
  {
    id: 'crash.control',
    title: 'a process that ends in order leaves everything it has acknowledged',
    requirements: ['CRASH-1'],
    set: 'core',
    kind: 'law',
    requires,
    doors,
    run: control,
  },
  {
    id: 'crash.sweep',
    title:
      'a process that is killed loses no promise and leaves nothing in part, whatever it was at',
    requirements: ['CRASH-3', 'CRASH-4', 'CRASH-5', 'CRASH-6'],
    set: 'core',
    kind: 'law',
    requires,
    doors,
    hasTrials: true,
    run: sweep,
  },
]
