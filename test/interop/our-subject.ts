import { join } from 'node:path'
import { commandSubject } from '../../conformance/flows/command-subject.js'
import type { FlowSubject } from '../../conformance/flows/subject.js'
import { ROOT } from '../tidy/repository.js'

/** Our app-server as people start it, over the home in the folder of the case. */
export function ourSubject(): FlowSubject {
  const cli = join(ROOT, 'dist/bin/threadstore.js')
  const window = '--context-window 258400'
  const model = `--model mock-model --model-provider mock --model-url {model-url} ${window}`
  const command = `${process.execPath} ${cli} app-server local:{folder} ${model}`
  return { ...commandSubject(command, { PATH: process.env['PATH'] ?? '' }), durable: true }
}
