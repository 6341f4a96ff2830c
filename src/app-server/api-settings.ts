import type { ThreadConfig } from '../manager/index.js'
import type { JsonObject } from '../protocol/json.js'
import { apiSandbox } from './api-words.js'

/** How a loaded thread works, as the responses that load one tell it. */
export function apiSettings(config: ThreadConfig, cwd: string): JsonObject {
  const directory = config.cwd ?? cwd
  return {
    model: config.model,
    modelProvider: config.modelProvider,
    serviceTier: null,
    cwd: directory,
    runtimeWorkspaceRoots: [directory],
    instructionSources: [],
    approvalPolicy: config.approvalPolicy,
    approvalsReviewer: 'user',
    sandbox: apiSandbox(config.sandboxPolicy),
    activePermissionProfile: null,
    reasoningEffort: config.reasoningEffort,
  }
}
