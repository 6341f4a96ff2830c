import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Numbers that are read when somebody asks for them. */
interface OpenThings {
  readonly handles: () => number
  readonly imports: () => number
  readonly exports: () => number
}

/** One request that was answered. */
interface ServedRequest {
  /** The pattern, never the address: there are as many of those as threads. */
  readonly route: string
  readonly method: string
  readonly status: number
  readonly seconds: number
}

/** What the server counts. */
export interface Metrics {
  readonly contentType: string
  started(): void
  finished(request: ServedRequest): void
  received(bytes: number): void
  refused(why: string): void
  print(): Promise<string>
}

/** Counters in the form Prometheus reads. */
export function createMetrics(open: OpenThings, ofProcess: boolean): Metrics {
  const registry = new Registry()
  if (ofProcess) collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const inFlight = new Gauge({
    name: 'threadstore_http_requests_in_flight',
    help: 'Requests that are being served',
    registers,
  })
  const duration = new Histogram({
    name: 'threadstore_http_request_seconds',
    help: 'Time until a request was answered, by route, method and status',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
    registers,
  })
  const receivedBytes = new Counter({
    name: 'threadstore_http_received_bytes_total',
    help: 'Bytes of bodies that were received',
    registers,
  })
  const refusals = new Counter({
    name: 'threadstore_http_refused_total',
    help: 'Requests that were refused unseen, by reason',
    labelNames: ['reason'],
    registers,
  })
  for (const [name, size] of Object.entries(open) as [string, () => number][]) {
    const gauge: Gauge = new Gauge({
      name: `threadstore_http_${name}_open`,
      help: `Number of ${name} that are open`,
      registers,
      collect: (): void => gauge.set(size()),
    })
  }
  return {
    contentType: registry.contentType,
    started: () => inFlight.inc(),
    finished: ({ route, method, status, seconds }) => {
      inFlight.dec()
      duration.observe({ route, method, status }, seconds)
    },
    received: (bytes) => receivedBytes.inc(bytes),
    refused: (reason) => refusals.inc({ reason }),
    print: () => registry.metrics(),
  }
}
