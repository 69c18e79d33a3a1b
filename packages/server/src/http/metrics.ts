import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { Settings } from '../config.ts'
import { COMMITS, type Committed } from '../db/commits.ts'
import { DENIED_READS, type DeniedBy, type DeniedRead } from './denied.ts'

type Metrics = { registry: Registry }

const kept = new WeakMap<Settings, Promise<Metrics>>()

// Of whoever was let in: a name that anybody may send would make as many series as they like.
const workspaces = new WeakMap<IncomingMessage, string>()

/** For which workspace a request is, once it is known that there is one and that the caller is in it. */
export const noteWorkspace = (request: IncomingMessage, workspace: string): unknown => workspaces.set(request, workspace)

/** The metrics of the server with these settings, if it keeps any. */
export const metricsOf = (settings: Settings): Promise<Metrics> | undefined => kept.get(settings)

/** Counts requests and commits from now on. Without --expose-prometheus nothing is counted, and prom-client isn't even loaded. */
export function keepMetrics(app: FastifyInstance, settings: Settings): void {
  if (!settings.expose_prometheus) return
  kept.set(settings, start(app))
}

// The hooks must be there before the application is ready, and prom-client comes later: what is observed until then waits for it.
function start(app: FastifyInstance): Promise<Metrics> {
  let observe: ((labels: Record<string, string>, seconds: number) => void) | undefined
  let observeCommit: ((size: number) => void) | undefined
  let countIn: ((workspace: string, status: number) => void) | undefined
  app.addHook('onResponse', (request, reply, done) => {
    const workspace = workspaces.get(request.raw)
    if (workspace !== undefined) countIn?.(workspace, reply.statusCode)
    const route = request.routeOptions.url ?? 'none'
    observe?.({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000)
    done()
  })
  const onCommit = (message: unknown): void => observeCommit?.((message as Committed).requests)
  subscribe(COMMITS, onCommit)
  let countDenied: ((by: string) => void) | undefined
  const onDenied = (message: unknown): void => countDenied?.((message as DeniedRead).by)
  subscribe(DENIED_READS, onDenied)
  app.addHook('onClose', () => {
    unsubscribe(COMMITS, onCommit)
    unsubscribe(DENIED_READS, onDenied)
  })
  const metrics = import('prom-client').then(({ Registry, Counter, Histogram, collectDefaultMetrics }) => {
    const registry = new Registry()
    collectDefaultMetrics({ register: registry })
    const requests = new Histogram({
      name: 'millrace_http_request_duration_seconds',
      help: 'Time from the request line to the last byte of the answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers: [registry],
    })
    const inWorkspaces = new Counter({
      name: 'millrace_workspace_requests_total',
      help: 'Requests by workspace, where there are workspaces; status is the first digit, as in 2xx',
      labelNames: ['workspace', 'status'],
      registers: [registry],
    })
    const commits = new Histogram({
      name: 'millrace_commit_requests',
      help: 'How many writing requests shared one commit',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128],
      registers: [registry],
    })
    const denied = new Counter({
      name: 'millrace_denied_files_total',
      help: 'Files that were asked for and denied: paths that climb, links, places outside the artifact roots. Alert on a rise',
      labelNames: ['by'],
      registers: [registry],
    })
    for (const by of ['path', 'source', 'location', 'symbolic_link', 'digest', 'scan'] satisfies DeniedBy[]) denied.inc({ by }, 0)
    countDenied = (by) => denied.inc({ by })
    countIn = (workspace, status) => inWorkspaces.inc({ workspace, status: `${Math.floor(status / 100)}xx` })
    observe = (labels, seconds) => requests.observe(labels, seconds)
    observeCommit = (size) => commits.observe(size)
    return { registry }
  })
  app.addHook('onReady', async () => {
    await metrics
  })
  return metrics
}
