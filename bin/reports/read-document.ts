import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { isThreadId } from '../../src/index.js'
import { isIsoMillis } from '../../src/protocol/iso-millis.js'
import { parseJson } from '../../src/protocol/parse-json.js'
import { schemas } from '../schemas.js'
import { UsageError } from '../usage/usage-error.js'

/** Made when the first document is read, for most commands read none. */
let ajv: Ajv2020 | undefined

function knowingSchemas(): Ajv2020 {
  const made = new Ajv2020({ strict: true, allowUnionTypes: true })
  made.addFormat('thread-id', isThreadId)
  made.addFormat('iso-millis', isIsoMillis)
  for (const known of Object.values(schemas)) made.addSchema(known)
  return made
}

/** Reads a document that another command wrote, and refuses one that does not fit its schema. */
export function readDocument<T>(file: string, schema: string): T {
  const document = parse(file)
  ajv ??= knowingSchemas()
  const validate = ajv.getSchema(`threadstore:${schema}`)
  if (validate?.(document) !== true) {
    const [error] = validate?.errors ?? []
    throw new UsageError(
      `${file} is no ${schema}: ${error?.instancePath || 'the document'} ${error?.message ?? ''}`,
    )
  }
  return document as T
}

function parse(file: string): unknown {
  const document = parseJson(textOf(file))
  if (document === undefined) throw new UsageError(`${file} is no JSON`)
  return document
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${file} cannot be read: ${reason}`)
  }
}
