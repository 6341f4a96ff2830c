import { machineFacts } from './machine-facts.js'

process.stdout.write(`${JSON.stringify({ machine: machineFacts() }, null, 2)}\n`)
