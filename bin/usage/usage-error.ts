/** What the user typed cannot be carried out. They see the message only, so it says what can. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}
