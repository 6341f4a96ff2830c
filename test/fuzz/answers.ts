import { ThreadStoreError } from '../../src/store/errors.js'

/**
 * What a call gave, or the code and reason of its error. Anything thrown that is no documented
 * error is a bug of ours, as is a message with a stack trace, and is thrown on.
 */
export async function answerOf<T>(call: Promise<T>): Promise<T | string> {
  try {
    return await call
  } catch (reason) {
    if (!ThreadStoreError.is(reason) || reason.details.reason === 'foreign-error') throw reason
    if (/\n\s+at /.test(reason.message)) throw reason
    return `${reason.code} ${reason.details.reason}`
  }
}
