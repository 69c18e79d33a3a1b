import type { Output } from '@millrace/client'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, useApi } from '../api.ts'
import { duration } from '../format.ts'
import { Loading } from '../parts/Loading.tsx'
import { Table } from '../parts/Table.tsx'
import { Time } from '../parts/Time.tsx'
import { act, emptied } from '../shell/act.ts'

const GET = 'GET /api/2.0/millrace/rollouts/get'
const LIVE_MS = 3_000
const CHANGES = [
  GET,
  'GET /api/2.0/millrace/rollouts/list',
  'GET /api/2.0/mlflow/registered-models/get',
  'GET /api/2.0/millrace/promotions/history',
] as const

export type Rollout = Output<'GET /api/2.0/millrace/rollouts/list'>['rollouts'][number]
type Details = Output<typeof GET>
type Side = NonNullable<Details['figures']>['stable']

const STATES: Record<Rollout['state'], readonly [sign: string, label: string, tone: string]> = {
  running: ['●', 'going on', 'busy'],
  paused: ['‖', 'paused', 'busy'],
  finished: ['✓', 'finished', 'good'],
  rolled_back: ['✕', 'rolled back', 'bad'],
  aborted: ['✕', 'called off', 'faint'],
}
const EVENTS: Record<string, string> = {
  started: 'started',
  stepped: 'went on',
  paused: 'was paused',
  resumed: 'goes on again',
  finished: 'finished',
  rolled_back: 'rolled back',
  aborted: 'was called off',
}

/** A rollout: how far it is, what was measured, what it waits for, why it ended; and what can be done about it. */
export function RolloutCard({ rollout, of = 'alias' }: { rollout: Rollout; of?: 'alias' | 'model' }) {
  const { name, alias, version, stable_version, state, reason, started_by, started_ms } = rollout
  const isOn = state === 'running' || state === 'paused'
  const [open, setOpen] = useState(isOn)
  const [sign, label, tone] = STATES[state]
  const Heading = of === 'model' ? 'h2' : 'h3'
  return (
    <article className="card">
      <header className="bar">
        <Heading className="grow">
          {of === 'model' && (
            <Link to="/models/$name" params={{ name }} title={name}>
              {name}
            </Link>
          )}{' '}
          @{alias}: version {stable_version} →{' '}
          <Link to="/models/$name/versions/$version" params={{ name, version }}>
            {version}
          </Link>
        </Heading>
        <span className={`status ${tone}`}>
          <span aria-hidden="true">{sign}</span> {label}
        </span>
      </header>
      <Steps rollout={rollout} />
      {reason && <p className={state === 'rolled_back' ? 'bad' : ''}>{reason}</p>}
      <p className="faint">
        started by {started_by || 'the owner'} <Time at={started_ms} />
        {!isOn && (
          <>
            , ended <Time at={rollout.ended_ms} />
          </>
        )}
      </p>
      {isOn && <Actions rollout={rollout} />}
      <button type="button" className="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Less' : 'Figures and events'}
      </button>
      {open && <Insides rollout={rollout} isOn={isOn} />}
    </article>
  )
}

/** The steps, those that were done, the one that it is at. */
function Steps({ rollout: { steps, step, state, weight, step_seconds } }: { rollout: Rollout }) {
  const isDone = (at: number): boolean => state === 'finished' || at < step
  return (
    <ol className="steps" aria-label={`Steps, each ${duration(step_seconds * 1_000)} at least`}>
      {steps.map((percent, at) => (
        <li
          key={percent}
          className={isDone(at) ? 'done' : at === step && state === 'rolled_back' ? 'stopped' : ''}
          {...(at === step && (state === 'running' || state === 'paused') && { 'aria-current': 'step' as const })}
        >
          {percent} %
        </li>
      ))}
      <li className="weight">{state === 'finished' ? 'all requests' : `${weight} % of the requests now`}</li>
    </ol>
  )
}

function Actions({ rollout: { name, alias, state, version, stable_version } }: { rollout: Rollout }) {
  const [reason, setReason] = useState('')
  const asked = { name, alias, reason }
  const after = (isDone: boolean): void => {
    if (isDone) setReason(emptied(reason))
  }
  const pause = (): Promise<unknown> => api.call('POST /api/2.0/millrace/rollouts/pause', asked)
  const resume = (): Promise<unknown> => api.call('POST /api/2.0/millrace/rollouts/resume', asked)
  const isPaused = state === 'paused'
  const buttons: readonly (readonly [label: string, done: string, work: () => Promise<unknown>, undo?: () => Promise<unknown>])[] = [
    isPaused
      ? ['Go on', 'It goes on; its step begins anew.', resume, pause]
      : ['Pause', 'It stays at its weight, and still goes back by itself.', pause, resume],
    ['Next step now', `@${alias} goes on to the next step.`, () => api.call('POST /api/2.0/millrace/rollouts/promote', asked)],
    [
      'Roll back',
      `Version ${stable_version} answers all requests again.`,
      () => api.call('POST /api/2.0/millrace/rollouts/rollback', asked),
    ],
    ['Call off', `Version ${stable_version} answers all requests again.`, () => api.call('POST /api/2.0/millrace/rollouts/abort', asked)],
  ]
  return (
    <div className="bar">
      <input
        className="grow"
        aria-label={`Reason, for the rollout of version ${version} to ${alias}`}
        placeholder="Why? It is kept and shown."
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      {buttons.map(([label, done, work, undo]) => (
        <button
          key={label}
          type="button"
          disabled={reason.trim() === ''}
          onClick={() => void act(work, { done, ...(undo && { undo }), changes: CHANGES }).then(after)}
        >
          {label}
        </button>
      ))}
    </div>
  )
}

function Insides({ rollout, isOn }: { rollout: Rollout; isOn: boolean }) {
  const { name, alias } = rollout
  const found = useApi(GET, { name, alias }, { ...(isOn && { refetch_ms: LIVE_MS }), keep: true })
  if (!found.data) return <Loading lines={3} />
  // An alias's endpoint tells of its last rollout; of one before that, the card says all that there is.
  if (found.data.rollout.rollout_id !== rollout.rollout_id) return <p className="faint">A later rollout took its place.</p>
  const { figures, waits_for, events } = found.data
  return (
    <>
      {waits_for && <p>Of this step: {waits_for}.</p>}
      {figures && <FiguresTable figures={figures} rollout={rollout} />}
      <ol className="events">
        {events.toReversed().map(({ what, weight, user, reason, at_ms }) => (
          <li key={`${at_ms} ${what}`}>
            <Time at={at_ms} /> it {EVENTS[what] ?? what}, at {weight} %{user && `, ${user}`}
            {reason && <span className="faint">: {reason}</span>}
          </li>
        ))}
      </ol>
    </>
  )
}

function FiguresTable({ figures, rollout }: { figures: NonNullable<Details['figures']>; rollout: Rollout }) {
  const { stable, candidate, psi, compared, differing, processes, last_report_ms } = figures
  const sides = [
    [`version ${rollout.stable_version}, stable`, stable],
    [`version ${rollout.version}, new`, candidate],
  ] as const
  const number = (title: string) => ({ title, look: 'number' as const })
  return (
    <>
      <p className="faint">
        {processes === 0
          ? `No process that serves has reported yet: millrace models serve -m models:/${rollout.name}@${rollout.alias} does.`
          : `${processes} serving ${processes === 1 ? 'process' : 'processes'}, the last report `}
        {processes > 0 && <Time at={last_report_ms} />}
        {compared > 0 && `; of ${compared.toLocaleString('en-GB')} copies ${differing.toLocaleString('en-GB')} were answered otherwise`}
        {psi !== undefined && `; predictions lie ${Number(psi).toFixed(3)} apart (PSI, at most ${rollout.max_drift})`}
      </p>
      {processes > 0 && (
        <Table
          label={`Figures of the rollout to ${rollout.alias}`}
          columns={['Version', number('Requests'), number('Errors'), number('Refused'), number('Median'), number('95 %')]}
        >
          {sides.map(([label, side]) => (
            <tr key={label}>
              <td>{label}</td>
              <td className="number">{side.requests.toLocaleString('en-GB')}</td>
              <td className={side.errors > 0 ? 'number bad' : 'number'}>{errorsOf(side)}</td>
              <td className="number">{side.refused.toLocaleString('en-GB')}</td>
              <td className="number">{side.p50_ms === undefined ? '' : duration(Number(side.p50_ms))}</td>
              <td className="number">{side.p95_ms === undefined ? '' : duration(Number(side.p95_ms))}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  )
}

const errorsOf = ({ errors, requests }: Side): string =>
  requests === 0 ? String(errors) : `${errors.toLocaleString('en-GB')} (${((errors / requests) * 100).toFixed(1)} %)`
