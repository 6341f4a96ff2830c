import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { mutatedFlow } from '../conformance/flows/mutants/flow-mutant.js'
import { flowMutants } from '../conformance/flows/mutants/index.js'
import { proveFlows } from '../conformance/flows/prove-flows.js'
import { runFlows } from '../conformance/flows/run-flows.js'
import type { FlowSubject } from '../conformance/flows/subject.js'
import { printReport, reporterNames } from '../conformance/index.js'
import reportSchema from '../conformance/schemas/conformance-report.schema.json' with { type: 'json' }
import matrixSchema from '../conformance/schemas/kill-matrix.schema.json' with { type: 'json' }
import { ourAppServer } from './flows/our-app-server.js'
import { memoryBehind } from './http/memory-behind.js'

const storages = memoryBehind()
const memory = ourAppServer('memory', (folder) => storages.open(folder))
const [silent] = flowMutants.filter(({ id }) => id === 'thread/started is not sent')
const broken: FlowSubject = silent === undefined ? memory : mutatedFlow(memory, silent)

const ajv = new Ajv2020({ strict: false })
ajv.addSchema(reportSchema)
ajv.addSchema(matrixSchema)

test('a failure shows the conversation that led to it, in the report of the other suite', async () => {
  const cases = { filter: 'start.order' }
  const options = { ...cases, caseTimeoutMs: 1_000 }
  const report = await runFlows(broken, options)
  expect(report).toMatchObject({ verdict: 'non-conformant', counts: { failed: 1 } })
  expect([ajv.validate(reportSchema.$id, report), ajv.errors]).toEqual([true, null])
  const [result] = report.cases
  expect(result?.failure).toMatchObject({ kind: 'timeout', requirements: ['FLOW-2'] })
  expect(result?.failure?.program).toMatch(/^> .*"method":"thread\/start".*\n< .*"thread":/m)
  for (const name of reporterNames) expect(printReport(name, report)).toContain('start.order')
})

test('a failure that is expected is excluded, and one that is none any more is stale', async () => {
  const found = await runFlows(broken, { filter: 'start.order', caseTimeoutMs: 1_000 })
  const signature = found.cases[0]?.failure?.signature ?? ''
  const entry = { case: 'start.order', reason: 'known', link: '#1', expires: '2999-01-01' }
  const baseline = [{ ...entry, signature }]
  const options = { filter: 'start.order', caseTimeoutMs: 1_000, baseline }
  expect(await runFlows(broken, options)).toMatchObject({
    verdict: 'conformant',
    counts: { excluded: 1 },
    staleBaseline: [],
  })
  expect(await runFlows(memory, options)).toMatchObject({
    verdict: 'non-conformant',
    staleBaseline: ['start.order: passes now; remove the entry'],
  })
})

test('an app-server that cannot be talked to is unreachable', async () => {
  const mute: FlowSubject = { ...memory, start: () => Promise.reject(new Error('no such server')) }
  const report = await runFlows(mute)
  expect(report).toMatchObject({
    verdict: 'unreachable',
    problem: 'app-server on memory cannot be talked to: no such server',
    executed: 0,
  })
})

test('a run that is cut off proves nothing of the rest', async () => {
  const aborted = new AbortController()
  const report = await runFlows(memory, {
    filter: 'start.order,request.initialize-once',
    signal: aborted.signal,
    onEvent: (event) => event.type === 'case' && aborted.abort(),
  })
  expect(report).toMatchObject({ aborted: true, verdict: 'unproved', planned: 2, executed: 1 })
})

test('a kill matrix says what became of every mutant', async () => {
  const matrix = await proveFlows(memory, { filter: 'start.order,request.initialize-once' })
  expect([ajv.validate(matrixSchema.$id, matrix), ajv.errors]).toEqual([true, null])
  const seen = matrix.mutants.filter(({ outcome }) => outcome !== 'invisible')
  expect(seen.map(({ id, outcome }) => [id, outcome])).toEqual([
    ['FLOW-2.1', 'killed'],
    ['FLOW-2.2', 'killed'],
    ['FLOW-1.1', 'killed'],
  ])
  expect(matrix).toMatchObject({ score: 1, unguarded: [] })
})
