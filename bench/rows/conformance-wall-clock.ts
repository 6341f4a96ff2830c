import { type BenchRow, round } from '../row.js'
import { runCli } from '../run-cli.js'

const SMOKE_SECONDS = 2

/** How soon somebody with a new store knows. */
export const conformanceWallClock: BenchRow = {
  id: 'conformance',
  work: 'conformance of the memory store, wall clock of the command',
  goal: 'smoke under 2 s, everything under 30 s',
  bounds: [{ atMost: 1 }],
  how: '`threadstore conformance memory:` with the sets smoke and full, each a process of its own, from its start to its end. The ratio is the worse share of the time allowed.',
  run: async () => {
    const smoke = await runCli(['conformance', 'memory:', '--set', 'smoke'])
    const full = await runCli(['conformance', 'memory:', '--set', 'full'])
    return {
      figure: `smoke ${round(smoke.seconds)} s, everything ${round(full.seconds)} s`,
      beside: 'the goals',
      ratio: Math.max(smoke.seconds / SMOKE_SECONDS, full.seconds / 30),
      details: { smokeSeconds: round(smoke.seconds), fullSeconds: round(full.seconds) },
    }
  },
}
