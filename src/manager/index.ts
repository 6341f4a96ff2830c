export type { TurnOutcome } from './active-turn.js'
export type { CodexThread, SubmittedTurn } from './codex-thread.js'
export type { ForkSnapshot } from '../history/cut.js'
export { readGitInfo } from './read-git-info.js'
export type { ModelClient, ModelEvent, ModelRequest } from './model-client.js'
export { ModelError, type ModelErrorReason } from './model-error.js'
export { type ResponsesModelOptions, responsesModelClient } from './responses-model-client.js'
export { reviewText } from './review.js'
export { reviewRequest, type ReviewTarget } from './review-target.js'
export {
  lastUserText,
  type Script,
  type ScriptedCall,
  scriptedModelClient,
  type ScriptedReply,
} from './scripted-model-client.js'
export type { ThreadShutdownReport } from './shutdown-bounded.js'
export type { StartThreadParams } from './start-thread.js'
export { defaultConfig, type ThreadConfig, type TurnSettings } from './thread-config.js'
export { type EventMsg, type EventType, eventTypes, type ThreadEvent } from './thread-event.js'
export {
  type ForkThreadOptions,
  type ResumeThreadOptions,
  ThreadManager,
  type ThreadManagerOptions,
} from './thread-manager.js'
export {
  ThreadRuntimeError,
  type ThreadRuntimeErrorCode,
  type ThreadRuntimeReason,
} from './thread-runtime-error.js'
export { readInfo as readTokenUsageInfo, type TokenUsageInfo } from './token-usage.js'
export type { ToolCall, ToolOutput, ToolRunner } from './tool-runner.js'
export { messageText, type UserInput, type UserInputPart } from './user-input.js'
