import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import rpcSchema from './schemas/rpc.schema.json' with { type: 'json' }

const ajv = new Ajv2020({
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allowUnionTypes: true,
})
ajv.addSchema(rpcSchema)

const compiled = new Map<string, ValidateFunction>()

/** What is wrong with the params of a request, in the words of Codex where it has some. */
export function rpcParamsProblem(method: string, params: unknown): string | null {
  return problem(`${definitionOf(method)}Params`, params)
}

/** What is wrong with a result, by the method that was called. */
export function rpcResultProblem(method: string, result: unknown): string | null {
  return problem(`${definitionOf(method)}Result`, result)
}

/** What is wrong with the params of a notification. */
export function rpcNotificationProblem(method: string, params: unknown): string | null {
  return problem(`${definitionOf(method)}Notification`, params)
}

/** `thread/name/set` and `thread/inject_items` as the schema names them. */
function definitionOf(method: string): string {
  return method.replaceAll(/[/_]([a-zA-Z])/g, (_whole, letter: string) => letter.toUpperCase())
}

function problem(definition: string, value: unknown): string | null {
  if (!Object.hasOwn(rpcSchema.$defs, definition)) return `there is no schema for ${definition}`
  const validate = validator(definition)
  if (validate(value)) return null
  const [error] = validate.errors ?? []
  const { missingProperty, additionalProperty, allowedValues } = (error?.params ?? {}) as Wrong
  if (missingProperty !== undefined) return `missing field \`${missingProperty}\``
  const field = error?.instancePath.slice(1) || 'params'
  if (additionalProperty !== undefined) {
    const where = field === 'params' ? additionalProperty : `${field}/${additionalProperty}`
    return `${where} is not a known field`
  }
  if (allowedValues !== undefined) {
    return `${field} must be one of ${allowedValues.filter((one) => one !== null).join(', ')}`
  }
  return `${field} ${error?.message ?? 'is not valid'}`
}

/** What ajv says of a value beside its words. */
interface Wrong {
  readonly missingProperty?: string
  readonly additionalProperty?: string
  readonly allowedValues?: readonly (string | null)[]
}

/** Compiled on first use: most clients call few of the methods. */
function validator(definition: string): ValidateFunction {
  const known = compiled.get(definition)
  if (known !== undefined) return known
  const validate = ajv.compile({ $ref: `${rpcSchema.$id}#/$defs/${definition}` })
  compiled.set(definition, validate)
  return validate
}
