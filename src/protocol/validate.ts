import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { isIsoMillis } from './iso-millis.js'
import httpSchema from './schemas/http.schema.json' with { type: 'json' }
import storeSchema from './schemas/store.schema.json' with { type: 'json' }
import wireSchema from './schemas/wire.schema.json' with { type: 'json' }
import { isThreadId } from './thread-id.js'

/** A definition of `store.schema.json`, by name: `createThread`, `storedThread`, … */
export type SchemaName = keyof (typeof storeSchema)['$defs']

/** A definition of `wire.schema.json`, by name: `request`, `response`, … */
export type WireSchemaName = keyof (typeof wireSchema)['$defs']

/** A definition of `http.schema.json`, by name: `service`, `importHead`, … */
export type HttpSchemaName = keyof (typeof httpSchema)['$defs']

/** What is wrong with a value, and where. */
export interface SchemaProblem {
  /** JSON pointer into the value. */
  readonly path: string
  readonly message: string
}

// A test holds the schemas against their meta-schema; every start of a process need not.
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, validateSchema: false })
ajv.addFormat('thread-id', isThreadId)
ajv.addFormat('iso-millis', isIsoMillis)
ajv.addSchema(storeSchema)
ajv.addSchema(wireSchema)
ajv.addSchema(httpSchema)

const compiled = new Map<string, ValidateFunction>()

/** The first thing that is wrong with `value`, or `null`. */
export function schemaProblem(schema: SchemaName, value: unknown): SchemaProblem | null {
  return firstProblem(`${storeSchema.$id}#/$defs/${schema}`, value)
}

/** The first thing that is wrong with what came over the stdio protocol, or `null`. */
export function wireProblem(schema: WireSchemaName, value: unknown): SchemaProblem | null {
  return firstProblem(`${wireSchema.$id}#/$defs/${schema}`, value)
}

/** The first thing that is wrong with what came over HTTP, or `null`. */
export function httpProblem(schema: HttpSchemaName, value: unknown): SchemaProblem | null {
  return firstProblem(`${httpSchema.$id}#/$defs/${schema}`, value)
}

function firstProblem(ref: string, value: unknown): SchemaProblem | null {
  const validate = validator(ref)
  if (validate(value)) return null
  const error = validate.errors?.[0]
  const extra = (error?.params as { additionalProperty?: string } | undefined)?.additionalProperty
  const path = `${error?.instancePath ?? ''}${extra === undefined ? '' : `/${extra}`}`
  const message = extra === undefined ? (error?.message ?? 'is not valid') : 'is not a known field'
  return { path, message }
}

/** Compiled on first use: a process that only lists pays for the list schema alone. */
function validator(ref: string): ValidateFunction {
  const known = compiled.get(ref)
  if (known) return known
  const validate = ajv.compile({ $ref: ref })
  compiled.set(ref, validate)
  return validate
}
