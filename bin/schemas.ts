import conformanceBaseline from '../conformance/schemas/conformance-baseline.schema.json' with { type: 'json' }
import conformanceReport from '../conformance/schemas/conformance-report.schema.json' with { type: 'json' }
import killMatrix from '../conformance/schemas/kill-matrix.schema.json' with { type: 'json' }
import dryRunReport from '../migrate/schemas/dry-run-report.schema.json' with { type: 'json' }
import migrationPlan from '../migrate/schemas/migration-plan.schema.json' with { type: 'json' }
import migrationReport from '../migrate/schemas/migration-report.schema.json' with { type: 'json' }
import verificationReport from '../migrate/schemas/verification-report.schema.json' with { type: 'json' }
import receiptReport from '../migrate/schemas/receipt-report.schema.json' with { type: 'json' }
import receipt from '../migrate/schemas/receipt.schema.json' with { type: 'json' }
import runList from '../migrate/schemas/run-list.schema.json' with { type: 'json' }
import undoReport from '../migrate/schemas/undo-report.schema.json' with { type: 'json' }
import http from '../src/protocol/schemas/http.schema.json' with { type: 'json' }
import rpc from '../src/protocol/schemas/rpc.schema.json' with { type: 'json' }
import store from '../src/protocol/schemas/store.schema.json' with { type: 'json' }
import { openApiDocument } from '../src/stores/http/openapi.js'
import { packageVersion } from './package-version.js'
import demoReport from './schemas/demo-report.schema.json' with { type: 'json' }
import scanReport from './schemas/scan-report.schema.json' with { type: 'json' }
import thread from './schemas/thread.schema.json' with { type: 'json' }
import turnsReport from './schemas/turns-report.schema.json' with { type: 'json' }
import threadList from './schemas/thread-list.schema.json' with { type: 'json' }
import whyReport from './schemas/why-report.schema.json' with { type: 'json' }

/** Every schema the package ships, by the name `threadstore schema` knows it by. */
export const schemas: Readonly<Record<string, object>> = {
  'migration-plan': migrationPlan,
  'dry-run-report': dryRunReport,
  'migration-report': migrationReport,
  'verification-report': verificationReport,
  receipt,
  'receipt-report': receiptReport,
  'run-list': runList,
  'undo-report': undoReport,
  'scan-report': scanReport,
  'why-report': whyReport,
  'conformance-report': conformanceReport,
  'conformance-baseline': conformanceBaseline,
  'kill-matrix': killMatrix,
  thread,
  'thread-list': threadList,
  'turns-report': turnsReport,
  'demo-report': demoReport,
  store,
  http,
  openapi: openApiDocument(packageVersion()),
  rpc,
}
