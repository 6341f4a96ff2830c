import type { Exception } from './exceptions.js'

/** Where a ban holds. Unit tests and code outside of the package are freer, but not free. */
const KINDS = ['shipped', 'unit test', 'outside'] as const
export type Kind = (typeof KINDS)[number]

/** Something the code may not say, and what it says instead. */
export interface Ban {
  /** As `usesIn` spells them; a trailing dot stands for every member. */
  readonly names: readonly string[]
  readonly use: string
  readonly in: readonly Kind[]
  /** Folders the ban is limited to. Absent: everywhere. */
  readonly under?: readonly string[]
  /** The one place that exists to do this for everybody else. */
  readonly home?: readonly string[]
  /** Files that do it all the same. An entry that is no longer needed fails. */
  readonly allowed?: readonly Exception[]
}

const INJECTED = 'so that tests decide it'

export const BANS: readonly Ban[] = [
  {
    names: ['process.exit'],
    use: 'process.exitCode in bin/, so that output is flushed and `finally` runs',
    in: ['shipped', 'outside'],
    allowed: [
      {
        file: 'bin/suite/end-process.ts',
        because: 'a store under test may keep the process alive for ever',
      },
    ],
  },
  {
    names: ['process.exitCode'],
    use: 'an error that bin/ turns into an exit code',
    in: ['shipped'],
    under: ['src/', 'conformance/', 'migrate/'],
  },
  {
    names: ['console.', 'process.stdout', 'process.stderr'],
    use: 'bin/terminal/output.ts, or a Logger below bin/',
    in: ['shipped'],
    home: ['bin/terminal/output.ts'],
    allowed: [
      {
        file: 'bin/threadstore.ts',
        because: 'speaks before it knows whether this Node can load anything else',
      },
    ],
  },
  {
    names: ['process.env'],
    use: 'an option that bin/ fills in',
    in: ['shipped'],
    under: ['src/', 'conformance/', 'migrate/'],
  },
  {
    names: ['Date.now', 'new Date', 'performance.now'],
    use: `a Clock (src/host/clock.ts), ${INJECTED}`,
    in: ['shipped'],
    home: ['src/host/clock.ts'],
  },
  {
    names: ['Date.now'],
    use: 'a fixed time, or systemClock where the real one is what is tested',
    in: ['unit test'],
  },
  {
    names: ['setTimeout', 'setInterval'],
    use: `Clock.sleep (src/host/clock.ts), ${INJECTED}`,
    in: ['shipped', 'unit test'],
    home: ['src/host/clock.ts'],
    allowed: [
      {
        file: 'bin/suite/end-process.ts',
        because: 'a sleep would keep the process alive that it ends',
      },
    ],
  },
  {
    names: ['Math.random', 'randomUUID', 'randomBytes', 'crypto.randomUUID', 'crypto.randomBytes'],
    use: `an IdSource (src/host/ids.ts), ${INJECTED}`,
    in: ['shipped'],
    home: ['src/host/ids.ts'],
  },
  {
    names: ['Math.random'],
    use: 'fast-check, which prints the seed that repeats a failure',
    in: ['unit test', 'outside'],
  },
  {
    names: ['JSON.parse'],
    use: 'src/protocol/validate.ts or src/history/rollout-line.ts, which say what is wrong',
    in: ['shipped'],
    home: ['src/protocol/', 'src/history/'],
  },
  {
    names: ['new Error'],
    use: 'ThreadStoreError, whose code callers can decide by',
    in: ['shipped'],
    under: ['src/store/', 'src/stores/'],
  },
  { names: ['as any'], use: 'unknown and a check', in: KINDS },
  { names: ['enum'], use: 'an `as const` object and its type', in: KINDS },
  {
    names: ['export default'],
    use: 'a named export',
    in: KINDS,
    home: ['test/vitest.config.ts', 'test/interop/vitest.config.ts', 'examples/'],
  },
  {
    names: ['test.only', 'it.only', 'describe.only', '.only'],
    use: 'vitest --testNamePattern',
    in: KINDS,
  },
  { names: ['FIXME'], use: 'a fix', in: KINDS },
]
