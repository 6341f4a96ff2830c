import { inject } from 'vitest'
import { openPostgresStore } from '../src/stores/postgres/open-postgres-store.js'
import { describeFlows } from './flows/describe-flows.js'
import { namespaceOf, ourAppServer } from './flows/our-app-server.js'

const url = inject('postgresUrl')

describeFlows(
  ourAppServer('postgres', (folder) =>
    openPostgresStore({ url, namespace: namespaceOf(folder), connectionsMax: 4 }),
  ),
)
