import httpSchema from '../../protocol/schemas/http.schema.json' with { type: 'json' }
import storeSchema from '../../protocol/schemas/store.schema.json' with { type: 'json' }
import { resultSchemas } from '../../store/verb-results.js'
import { type StoreVerb, storeVerbs } from '../../store/thread-store.js'
import {
  headers,
  mediaTypes,
  type OtherRoute,
  otherRoutes,
  type Route,
  type VerbRoute,
  verbRoutes,
} from './routes.js'

type Json = Readonly<Record<string, unknown>>

/** The service as an OpenAPI 3.1 document, made from the tables that server and client read. */
export function openApiDocument(version: string): Json {
  const operations = [
    ...storeVerbs.map((verb) => [verbRoutes[verb], verbOperation(verb, verbRoutes[verb])] as const),
    ...(Object.keys(otherRoutes) as OtherRoute[]).map(
      (name) => [otherRoutes[name], otherOperation(name, otherRoutes[name])] as const,
    ),
  ]
  return {
    openapi: '3.1.0',
    info: {
      title: 'threadstore',
      version,
      description:
        'Durable threads of coding agents, over HTTP. docs/http.md says what is promised.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ token: [] }],
    paths: pathsOf(operations),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { ...componentsOf(storeSchema.$defs), ...componentsOf(httpSchema.$defs) },
    },
  }
}

/** Every operation under its path, spelled as OpenAPI spells it. */
function pathsOf(operations: readonly (readonly [Route, Json])[]): Json {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [{ method, path }, operation] of operations) {
    const address = path.replace(/:(\w+)/g, '{$1}')
    paths[address] = { ...paths[address], [method.toLowerCase()]: operation }
  }
  return paths
}

function componentsOf(definitions: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [name, relocated(schema)]),
  )
}

/** A schema whose references lead into the components of the document. */
function relocated(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(relocated)
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref'
        ? String(value).replace(/^.*#\/\$defs\//, '#/components/schemas/')
        : relocated(value),
    ]),
  )
}

function verbOperation(verb: StoreVerb, route: VerbRoute): Json {
  const schema = paramsSchema(verb)
  const inPath = namesIn(route.path)
  const rest = Object.entries(schema.properties).filter(([name]) => !inPath.includes(name))
  const query = route.params === 'query' ? rest.map(([name, form]) => inQuery(name, form)) : []
  return {
    operationId: verb,
    ...common(route),
    parameters: [...pathParameters(route), ...query, ...headerParameters(route.effect, verb)],
    ...bodyOf(route, schema, inPath),
    responses: { ...successOf(verb, route), ...refusals },
  }
}

function otherOperation(name: OtherRoute, route: Route): Json {
  const query =
    name === 'rolloutBytes'
      ? [
          { ...inQuery('export', { type: 'string' }), required: true },
          inQuery('fromByte', { $ref: ref('count') }),
        ]
      : []
  const handled = name === 'renewHandle' || name === 'closeHandle'
  return {
    operationId: name,
    ...common(route),
    parameters: [
      ...pathParameters(route),
      ...query,
      ...(handled ? [{ ...header(headers.handle, handleText), required: true }] : []),
    ],
    ...(name === 'importPart' && { requestBody: partBody('partHead') }),
    responses: { ...otherSuccess[name], ...refusals },
  }
}

function common({ summary, scope }: Route): Json {
  return { summary, description: `Needs a token with the scope \`${scope}\`.`, tags: [scope] }
}

interface ParamsSchema {
  readonly properties: Readonly<Record<string, unknown>>
  readonly required: readonly string[]
}

function paramsSchema(verb: StoreVerb): ParamsSchema {
  const definitions = storeSchema.$defs as Readonly<Record<string, Json>>
  const named = definitions[verb] ?? {}
  const target = typeof named['$ref'] === 'string' ? named['$ref'].split('/').at(-1) : undefined
  return (target === undefined ? named : definitions[target]) as unknown as ParamsSchema
}

function bodyOf(route: VerbRoute, schema: ParamsSchema, inPath: readonly string[]): Json {
  switch (route.params) {
    case 'query':
      return {}
    case 'json': {
      const entries = Object.entries(schema.properties).filter(([name]) => !inPath.includes(name))
      const required = schema.required.filter((name) => !inPath.includes(name))
      const form = {
        type: 'object',
        properties: relocated(Object.fromEntries(entries)),
        ...(required.length > 0 && { required }),
        additionalProperties: false,
      }
      const content = { [mediaTypes.json]: { schema: form } }
      return { requestBody: { required: required.length > 0, content } }
    }
    case 'lines':
      return { requestBody: { required: true, content: lines('rolloutItem on every line') } }
    case 'parts':
      return { requestBody: partBody('importHead') }
  }
}

function partBody(head: string): Json {
  const description = `One line, ${ref(head)}, and then the bytes it announces.`
  return { required: true, content: { [mediaTypes.bytes]: { schema: { description } } } }
}

function lines(what: string): Json {
  return { [mediaTypes.lines]: { schema: { type: 'string', description: what } } }
}

function successOf(verb: StoreVerb, { result }: VerbRoute): Json {
  switch (result) {
    case 'none':
      return { 204: { description: 'Done.' } }
    case 'written':
      return json('written', 'Done.')
    case 'exported':
      return json('exported', 'What there is of the thread.')
    case 'history':
      return ok('The history.', lines('historyHead on the first line, storedItem on the others'))
    case 'thread':
      return ok('The thread.', {
        [mediaTypes.json]: { schema: { $ref: ref('storedThread') } },
        ...lines('With its history: threadHead on the first line, storedItem on the others'),
      })
    case 'json': {
      const name = verb === 'exportThread' ? 'exported' : (resultSchemas[verb] ?? 'written')
      const more = verb === 'importThread' ? openedImport : {}
      return { ...json(name, 'Done.'), ...more }
    }
  }
}

const openedImport: Json = {
  202: {
    description: 'The part was taken; more are expected.',
    content: { [mediaTypes.json]: { schema: { $ref: ref('openedImport') } } },
  },
}

const otherSuccess: Readonly<Record<OtherRoute, Json>> = {
  service: json('service', 'What the store claims.'),
  openHandle: json('openedHandle', 'The handle.'),
  renewHandle: { 204: { description: 'The handle stays open.' } },
  closeHandle: { 204: { description: 'The handle is closed.' } },
  rolloutBytes: ok('The bytes.', { [mediaTypes.bytes]: { schema: {} } }),
  importPart: { ...json('threadReceipt', 'The thread is stored.'), ...openedImport },
  abandonImport: { 204: { description: 'Nothing is stored.' } },
}

const refusals: Json = {
  default: {
    description: 'Why it was not done.',
    content: { [mediaTypes.json]: { schema: { $ref: ref('problem') } } },
  },
}

function json(name: string, description: string): Json {
  return ok(description, { [mediaTypes.json]: { schema: { $ref: ref(name) } } })
}

function ok(description: string, content: Json): Json {
  return { 200: { description, content } }
}

function ref(name: string): string {
  return `#/components/schemas/${name}`
}

function namesIn(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
}

function pathParameters({ path }: Route): Json[] {
  return namesIn(path).map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: pathSchemas[name] ?? { type: 'string' },
  }))
}

const pathSchemas: Readonly<Record<string, Json>> = {
  threadId: { $ref: ref('threadId') },
  rolloutId: { $ref: ref('threadId') },
  part: { type: 'integer', minimum: 2 },
}

function inQuery(name: string, schema: unknown): Json {
  return { name, in: 'query', schema: relocated(schema) }
}

const handleText = 'The handle whose live writers the request is about.'

function headerParameters(effect: VerbRoute['effect'], verb: StoreVerb): Json[] {
  const handle = { ...header(headers.handle, handleText), required: effect === 'open' }
  if (effect === 'read') return [handle]
  const key = header(headers.key, 'A request that is sent again with its key takes effect once.')
  if (verb !== 'appendItems') return [handle, key]
  const text = 'Counts upwards; a batch that is sent again takes effect once.'
  return [handle, { ...header(headers.batch, text), schema: { type: 'integer', minimum: 1 } }]
}

function header(name: string, description: string): Json {
  return { name, in: 'header', description, schema: { type: 'string' } }
}
