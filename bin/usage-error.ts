/** What the user typed cannot be carried out. The message is all they see, so it says what to do instead. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}
