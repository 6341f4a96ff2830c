import migrationReport from '../migrate/schemas/migration-report.schema.json' with { type: 'json' }
import verificationReport from '../migrate/schemas/verification-report.schema.json' with { type: 'json' }
import receiptReport from '../migrate/schemas/receipt-report.schema.json' with { type: 'json' }
import receipt from '../migrate/schemas/receipt.schema.json' with { type: 'json' }
import store from '../src/protocol/schemas/store.schema.json' with { type: 'json' }
import thread from './schemas/thread.schema.json' with { type: 'json' }
import threadList from './schemas/thread-list.schema.json' with { type: 'json' }

/** Every schema the package ships, by the name `threadstore schema` knows it by. */
export const schemas: Readonly<Record<string, object>> = {
  'migration-report': migrationReport,
  'verification-report': verificationReport,
  receipt,
  'receipt-report': receiptReport,
  thread,
  'thread-list': threadList,
  store,
}
