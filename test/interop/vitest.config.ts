import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const reportFile = process.env['THREADSTORE_TEST_REPORT']

/** What needs a real Codex: downloads it from npm, so it is no part of `npm test`. */
const config: ViteUserConfig = defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'interop',
    include: ['test/interop/**/*.test.ts'],
    globalSetup: ['test/build-first.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    reporters: reportFile === undefined ? ['default'] : ['default', 'json'],
    ...(reportFile !== undefined && { outputFile: { json: reportFile } }),
  },
})

export default config
