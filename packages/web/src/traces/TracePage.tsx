import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useApi } from '../api.ts'
import { duration } from '../format.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Status } from '../parts/Status.tsx'
import { Values } from '../run/RunOverview.tsx'
import { type Span, spansOf } from './spans.ts'

const route = getRouteApi('/experiments/$experimentId/traces/$traceId')

/** A trace as a timeline of its spans, and what the chosen one asked and answered. */
export function TracePage() {
  const { experimentId, traceId } = route.useParams()
  const found = useApi('GET /api/3.0/mlflow/traces/get', { trace_id: traceId, allow_partial: true })
  const experiment = useApi('GET /api/2.0/mlflow/experiments/get', { experiment_id: experimentId })
  const [chosen, choose] = useState<string>()
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading lines={10} />
  const { trace_info: info, spans: raw = [] } = found.data.trace
  const spans = spansOf(raw)
  const start = Math.min(...spans.map((span) => span.start_ms))
  const whole = Math.max(...spans.map((span) => span.end_ms)) - start || 1
  const shown = spans.find(({ id }) => id === chosen) ?? spans[0]
  return (
    <>
      <title>Trace · Millrace</title>
      <div className="heading">
        <h1>
          <span className="crumb">
            <Link to="/experiments">Experiments</Link> /{' '}
            <Link to="/experiments/$experimentId" params={{ experimentId }} search={{}}>
              {experiment.data?.experiment.name ?? experimentId}
            </Link>{' '}
            /{' '}
            <Link to="/experiments/$experimentId" params={{ experimentId }} search={{ tab: 'traces' }}>
              Traces
            </Link>
          </span>
          {info?.tags?.['mlflow.traceName'] ?? traceId}
        </h1>
        <Status of={info?.state ?? ''} />
        <span className="faint">{spans.length > 0 && duration(whole)}</span>
      </div>
      {spans.length === 0 && <p className="faint">This trace has no spans.</p>}
      <section className="spans" aria-label="Timeline">
        {spans.map((span) => (
          <button
            key={span.id}
            type="button"
            className={span.isError ? 'span error' : 'span'}
            aria-pressed={span === shown}
            onClick={() => choose(span.id)}
          >
            <span className="name" style={{ paddingLeft: `${span.depth}rem` }} title={span.name}>
              {span.name} {span.type && <span className="faint">{span.type.toLowerCase()}</span>}
            </span>
            <span className="line" aria-hidden="true">
              <i
                style={{
                  left: `${((span.start_ms - start) / whole) * 100}%`,
                  width: `${((span.end_ms - span.start_ms) / whole) * 100}%`,
                }}
              />
            </span>
            <span className="number">{duration(span.end_ms - span.start_ms)}</span>
          </button>
        ))}
      </section>
      {shown && <Details span={shown} />}
      {(info?.assessments ?? []).length > 0 && (
        <Values
          title="Assessments"
          rows={(info?.assessments ?? []).map((one) => {
            const value = JSON.stringify(one.feedback?.value ?? one.expectation ?? '')
            return [one.assessment_name, value, `${value} ${one.rationale ?? ''}`] as const
          })}
        />
      )}
    </>
  )
}

function Details({ span }: { span: Span }) {
  return (
    <section className="stack" aria-label={`Span ${span.name}`}>
      <h2 className="spaced">{span.name}</h2>
      {span.message && <p className="bad">{span.message}</p>}
      <div className="columns">
        <div className="panel">
          <h3>Inputs</h3>
          <pre className="preview">{span.inputs || '–'}</pre>
        </div>
        <div className="panel">
          <h3>Outputs</h3>
          <pre className="preview">{span.outputs || '–'}</pre>
        </div>
      </div>
      <Values title="Attributes" rows={span.attributes.map(([name, value]) => [name, value, value] as const)} />
    </section>
  )
}
