import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { isIsoMillis } from './iso-millis.js'
import storeSchema from './schemas/store.schema.json' with { type: 'json' }
import { isThreadId } from './thread-id.js'

/** A definition of `store.schema.json`, by name: `createThread`, `storedThread`, … */
export type SchemaName = keyof (typeof storeSchema)['$defs']

/** What is wrong with a value, and where. */
export interface SchemaProblem {
  /** JSON pointer into the value. */
  readonly path: string
  readonly message: string
}

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
ajv.addFormat('thread-id', isThreadId)
ajv.addFormat('iso-millis', isIsoMillis)
ajv.addSchema(storeSchema)

const compiled = new Map<SchemaName, ValidateFunction>()

/** The first thing that is wrong with `value`, or `null`. */
export function schemaProblem(schema: SchemaName, value: unknown): SchemaProblem | null {
  const validate = validator(schema)
  if (validate(value)) return null
  const error = validate.errors?.[0]
  const extra = (error?.params as { additionalProperty?: string } | undefined)?.additionalProperty
  const path = `${error?.instancePath ?? ''}${extra === undefined ? '' : `/${extra}`}`
  const message = extra === undefined ? (error?.message ?? 'is not valid') : 'is not a known field'
  return { path, message }
}

/** Compiled on first use: a process that only lists pays for the list schema alone. */
function validator(schema: SchemaName): ValidateFunction {
  const known = compiled.get(schema)
  if (known) return known
  const validate = ajv.compile({ $ref: `${storeSchema.$id}#/$defs/${schema}` })
  compiled.set(schema, validate)
  return validate
}
