import { scopedHomes } from '../src/stores/local/scoped-homes.js'
import { serveStdio } from '../src/stores/stdio/serve-stdio.js'

// Another process for tests of the local store: serves the homes in a folder over stdin and stdout.
const [root = ''] = process.argv.slice(2)
await serveStdio(scopedHomes(root), process.stdin, process.stdout)
