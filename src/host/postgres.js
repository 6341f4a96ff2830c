/** A commit whose outcome nobody can tell: the connection broke while it was under way. */
export class CommitUnknownError extends Error {
  name = 'CommitUnknownError'
}
//# sourceMappingURL=postgres.js.map
