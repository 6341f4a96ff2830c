import { afterAll, inject } from 'vitest'
import type { StoreSubject } from '../conformance/index.js'
import { suite } from '../conformance/suite.js'
import { describeConformance } from '../conformance/vitest.js'
import type { ThreadStore } from '../src/index.js'
import { openPostgresStore } from '../src/stores/postgres/open-postgres-store.js'
import { postgresSubject } from './postgres-subjects.js'
import { hasPgbouncer, startPgbouncer } from './start-pgbouncer.js'
import { openTransactionPool } from './transaction-pool.js'

const url = inject('postgresUrl')
// Everything takes minutes: `npm run test:pooled`.
const isWhole = process.env['THREADSTORE_POOLED'] === 'everything'
const part = {
  seed: 1,
  cases: suite.filter(({ doors = [] }) => !doors.includes('spawn')),
  ...(!isWhole && {
    set: 'smoke' as const,
    filter: 'life.*,history.*,list.*,turn.*,delete.*,raw.*,lineage.*,conc.appends*',
  }),
}

const driver = await openTransactionPool(url)
afterAll(() => driver.close())
const open = (context: { readonly scope: string }): Promise<ThreadStore> =>
  openPostgresStore({ driver, namespace: context.scope })
const pooled: StoreSubject = { name: 'transaction pool', open, reopen: open, openSecond: open }
describeConformance(pooled, part)

if (hasPgbouncer()) {
  const bouncer = await startPgbouncer(url)
  afterAll(() => bouncer[Symbol.asyncDispose]())
  describeConformance({ ...postgresSubject(bouncer.url), name: 'pgbouncer' }, part)
}
