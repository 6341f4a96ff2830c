/** What Node has to be told before it runs TypeScript: nothing, from 22.18 on. */
export const typescriptFlags: readonly string[] =
  'typescript' in process.features && process.features.typescript !== false
    ? []
    : ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
