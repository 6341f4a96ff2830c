import { readFile, stat } from 'node:fs/promises'
import { type Clock, systemClock } from '../../../host/clock.js'
import { type Logger, silentLogger } from '../../../host/logger.js'
import type { Grant, TokenSource } from './principal.js'
import { type TokenList, parseTokenList } from './token-list.js'

/** Where a file of tokens is, and who may be in it. */
export interface TokenFileOptions {
  readonly path: string
  /** Throws for tokens that cannot be served. @defaultValue every list is accepted */
  readonly accept?: (grants: readonly Grant[]) => void
  readonly clock?: Clock
  readonly logger?: Logger
}

/** How long a file is believed to be what it was. */
const TRUSTED_MS = 1_000

/** Tokens in a file that may change while they are in use. */
export class TokenFile implements TokenSource {
  readonly #options: TokenFileOptions
  readonly #clock: Clock
  readonly #logger: Logger
  #list: TokenList
  /** What the file looked like when it was read last, good or bad. */
  #seen: string
  #checkedMs: number
  #checking: Promise<void> | null = null

  private constructor(options: TokenFileOptions, list: TokenList, seen: string) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#logger = options.logger ?? silentLogger
    this.#list = list
    this.#seen = seen
    this.#checkedMs = this.#clock.now()
  }

  /** Reads the file; one that cannot be used is an error here, and only here. */
  static async open(options: TokenFileOptions): Promise<TokenFile> {
    const seen = await look(options.path)
    return new TokenFile(options, await read(options), seen)
  }

  async find(token: string): Promise<Grant | null> {
    if (this.#clock.now() - this.#checkedMs >= TRUSTED_MS) {
      this.#checking ??= this.#check().finally(() => {
        this.#checking = null
      })
      await this.#checking
    }
    return this.#list.find(token)
  }

  /** Reads the file again. The tokens that were good stay good when the new ones cannot be read. */
  async reload(): Promise<void> {
    const { path } = this.#options
    try {
      this.#seen = await look(path)
      this.#list = await read(this.#options)
      this.#logger.info({ path, tokens: this.#list.grants.length }, 'tokens were read again')
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#logger.error({ path, reason }, 'tokens cannot be read; those known before stay valid')
    }
  }

  async #check(): Promise<void> {
    this.#checkedMs = this.#clock.now()
    const now = await look(this.#options.path).catch(() => 'missing')
    if (now === this.#seen) return
    this.#seen = now
    await this.reload()
  }
}

async function look(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path)
  return `${mtimeMs} ${size} ${ino}`
}

async function read({ path, accept }: TokenFileOptions): Promise<TokenList> {
  const list = parseTokenList(await readFile(path, 'utf8'))
  accept?.(list.grants)
  return list
}
