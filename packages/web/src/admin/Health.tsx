import { useQuery } from '@tanstack/react-query'
import { api } from '../api.ts'
import { bytes, count, duration, moment } from '../format.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Meter } from './Meter.tsx'

const STATUS = 'GET /api/2.0/millrace/health/status'
const LIVE_MS = 5_000

/** How the server is now, and what in its settings is open. */
export function Health() {
  const found = useQuery({
    queryKey: [STATUS, 'timed'],
    queryFn: async ({ signal }) => {
      const asked = performance.now()
      const status = await api.call(STATUS, {}, { signal })
      return { ...status, round_trip_ms: performance.now() - asked, asked_ms: Date.now() }
    },
    refetchInterval: LIVE_MS,
  })
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading />
  const { database, artifacts, queues, warnings, ...server } = found.data
  return (
    <div className="stack">
      <section aria-label="Warnings">
        {warnings.length === 0 && <p className="status good">✓ Nothing in the settings is open that should be closed.</p>}
        {warnings.map(({ what, cure }) => (
          <article key={what} className="card warning">
            <h2>{what}</h2>
            <p>{cure}</p>
          </article>
        ))}
      </section>
      <div className="columns">
        <section className="panel">
          <h2>Server</h2>
          <dl className="facts">
            <dt>Millrace</dt>
            <dd>{server.version}</dd>
            <dt>Speaks MLflow</dt>
            <dd>{server.mlflow_version}</dd>
            <dt>Node.js</dt>
            <dd>{server.node_version}</dd>
            <dt>Up for</dt>
            <dd title={`since ${moment(server.started_ms)}`}>{duration(Math.max(0, server.asked_ms - server.started_ms))}</dd>
            <dt>Memory</dt>
            <dd>{bytes(server.memory_bytes)}</dd>
            <dt>Busy</dt>
            <dd title="The part of its time in which the main thread worked, since it started">{percent(server.busy)}</dd>
            <dt>Answered in</dt>
            <dd title="This question, from this page">{duration(server.round_trip_ms)}</dd>
          </dl>
        </section>
        <section className="panel">
          <h2>Database and artifacts</h2>
          <dl className="facts">
            <dt>Database</dt>
            <dd>
              {database.kind} {database.version}
            </dd>
            <dt>Schema</dt>
            <dd>version {database.schema_version}</dd>
            <dt>Size</dt>
            <dd>{bytes(database.bytes)}</dd>
            <dt>Latency</dt>
            <dd title="How long the questions for this page took">{Number(database.latency_ms).toFixed(1)} ms</dd>
            <dt>Artifacts</dt>
            <dd>
              <span className="mono">{artifacts.place}</span>
              {artifacts.free_bytes !== undefined && artifacts.total_bytes !== undefined && (
                <Meter of={artifacts.total_bytes} free={artifacts.free_bytes} />
              )}
            </dd>
          </dl>
        </section>
        <section className="panel">
          <h2>What waits</h2>
          <dl className="facts">
            <dt>Registrations</dt>
            <dd>{queues.registrations === 0 ? 'none' : `${count(queues.registrations, 'version')} to hash and scan`}</dd>
            <dt>Webhooks</dt>
            <dd>
              {queues.webhook_deliveries === 0 ? 'none' : `${count(queues.webhook_deliveries, 'event')} to deliver`}
              {queues.webhook_deliveries_given_up > 0 && <span className="bad">, {queues.webhook_deliveries_given_up} given up</span>}
            </dd>
            <dt>Audit log</dt>
            <dd>{queues.audit_entries === 0 ? 'none' : `${queues.audit_entries} to link`}</dd>
            <dt>Rollouts</dt>
            <dd>{queues.rollouts === 0 ? 'none' : `${count(queues.rollouts, 'rollout')} going on`}</dd>
          </dl>
        </section>
      </div>
    </div>
  )
}

const percent = (part: number | string): string => `${(Number(part) * 100).toFixed(1)} %`
