import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import type { Settings } from '../config.ts'
import { vitalsOf } from '../db/vitals.ts'
import { read } from '../http/endpoint.ts'
import { array, double, int64, object, optional, string } from '../http/schema.ts'
import { Queues, queuesOf } from './queues.ts'
import { warningsOf } from './warnings.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

/** How the server is, for whoever looks after it; `/health` is for load balancers. */
export const serverStatus = read({
  route: 'GET /api/2.0/millrace/health/status',
  summary: 'Tell how the server is: versions, database, what waits, free disk, and what in its settings is open',
  access: { permission: 'manage', on: () => ({ server: 'settings' }) },
  input: object({}),
  output: object({
    version: string({ description: 'Millrace’s' }),
    mlflow_version: string({ description: 'The one whose API this is' }),
    node_version: string(),
    started_ms: int64({ description: 'When this process started, in milliseconds since 1970' }),
    memory_bytes: int64({ description: 'What the process takes' }),
    busy: double({ description: 'The part of its time in which the main thread worked, since it started' }),
    database: object({
      kind: string(),
      version: string(),
      schema_version: int64(),
      bytes: int64(),
      latency_ms: double({ description: 'How long the questions for this answer took' }),
    }),
    artifacts: object({
      place: string({ description: 'A folder or a bucket' }),
      free_bytes: optional(int64({ description: 'Of a folder: what is left on its disk' })),
      total_bytes: optional(int64()),
    }),
    queues: Queues,
    warnings: array(object({ what: string(), cure: string() })),
  }),
  async handler(db, _input, { caller, default_permission, settings, now_ms }) {
    const asked = performance.now()
    const vitals = await vitalsOf(db)
    const queues = await queuesOf(db)
    const latency_ms = Math.round((performance.now() - asked) * 100) / 100
    return {
      version,
      mlflow_version: settings.version,
      node_version: process.versions.node,
      started_ms: Math.round(now_ms - process.uptime() * 1_000),
      memory_bytes: process.memoryUsage.rss(),
      busy: Math.round(performance.eventLoopUtilization().utilization * 1_000) / 1_000,
      database: { ...vitals, latency_ms },
      artifacts: await artifactsOf(settings),
      queues,
      warnings: warningsOf({ caller, default_permission, settings }),
    }
  },
})

/** Where the artifacts are, without what a URI may hold of a password. */
async function artifactsOf({ artifacts_destination: place }: Settings) {
  if (/^[a-z][a-z0-9+.-]+:/i.test(place)) return { place: place.replace(/\/\/[^/@]*@/, '//') }
  try {
    const { bavail, blocks, bsize } = await statfs(place)
    return { place, free_bytes: bavail * bsize, total_bytes: blocks * bsize }
  } catch {
    // A folder that nothing was put into yet is not there.
    return { place }
  }
}
