import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { duration } from '../format.ts'
import { Code } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Select } from '../parts/Select.tsx'
import { Status } from '../parts/Status.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'

const PAGE_MAX = 100
const LIVE_MS = 5_000
const STATUSES = { '': 'every status', OK: 'OK', ERROR: 'errors', IN_PROGRESS: 'in progress' } as const
const LATENCIES_MS = [100, 1_000, 5_000, 30_000] as const

/** "1.234s", as protobuf writes durations, in milliseconds. */
const msOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number.parseFloat(text) * 1_000)

/** The traces of an experiment, or of one of its runs. */
export function TracesTable({ experimentId, runId }: { experimentId: string; runId?: string }) {
  const [typed, setTyped] = useState('')
  const [filter, setFilter] = useState('')
  const [status, setStatus] = useState<keyof typeof STATUSES>('')
  const [slower, setSlower] = useState(0)
  const conditions = [
    filter,
    status && `status = '${status}'`,
    slower > 0 && `execution_time_ms > ${slower}`,
    runId && `attributes.run_id = '${runId}'`,
  ]
  const both = conditions.filter(Boolean).join(' AND ')
  const isFiltered = conditions.slice(0, -1).some(Boolean)
  const pages = usePages(
    'POST /api/3.0/mlflow/traces/search',
    {
      locations: [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } }],
      max_results: PAGE_MAX,
      order_by: ['timestamp_ms DESC'],
      ...(both !== '' && { filter: both }),
    },
    (answer) => answer.traces,
    { refetch_ms: LIVE_MS },
  )
  const traces = pages.items
  return (
    <>
      <form
        className="bar"
        onSubmit={(event) => {
          event.preventDefault()
          setFilter(typed.trim())
        }}
      >
        <div className="filter">
          <input
            type="search"
            spellCheck={false}
            aria-label="Filter of traces"
            placeholder="status = 'ERROR' AND execution_time_ms > 1000"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
        <Select label="Status" options={STATUSES} value={status} onChange={setStatus} />
        <select aria-label="Latency" value={slower} onChange={(event) => setSlower(Number(event.target.value))}>
          <option value={0}>any latency</option>
          {LATENCIES_MS.map((ms) => (
            <option key={ms} value={ms}>
              over {duration(ms)}
            </option>
          ))}
        </select>
      </form>
      {pages.error && <Problem error={pages.error} retry={pages.retry} />}
      {pages.isPending && <Loading />}
      {pages.first && traces.length === 0 && (!isFiltered ? <NoTraces /> : <p className="faint">No trace is found by this filter.</p>)}
      {traces.length > 0 && (
        <Scroll label="Traces" look="tall">
          <table className="traces">
            <thead>
              <tr>
                <th>Trace</th>
                <th>Status</th>
                <th className="number">Took</th>
                <th>When</th>
                <th>Asked</th>
                <th>Answered</th>
              </tr>
            </thead>
            <tbody>
              {traces.map((trace) => {
                const took = msOf(trace.execution_duration)
                return (
                  <tr key={trace.trace_id}>
                    <td className="wide" title={trace.tags?.['mlflow.traceName'] ?? trace.trace_id}>
                      <Link to="/experiments/$experimentId/traces/$traceId" params={{ experimentId, traceId: trace.trace_id }}>
                        {trace.tags?.['mlflow.traceName'] ?? trace.trace_id.slice(0, 14)}
                      </Link>
                    </td>
                    <td>
                      <Status of={trace.state ?? ''} />
                    </td>
                    <td className="number">{took === undefined ? '' : duration(took)}</td>
                    <td>
                      <Time at={Date.parse(trace.request_time)} />
                    </td>
                    <td className="wide" title={trace.request_preview}>
                      {trace.request_preview}
                    </td>
                    <td className="wide" title={trace.response_preview}>
                      {trace.response_preview}
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </Scroll>
      )}
      <More pages={pages} noun="trace" />
    </>
  )
}

function NoTraces() {
  return (
    <Empty title="No trace was logged here yet">
      <p>A trace shows what an application asked a model, and how long each step took.</p>
      <Code text={'@mlflow.trace\ndef answer(question):\n    ...'} />
    </Empty>
  )
}
