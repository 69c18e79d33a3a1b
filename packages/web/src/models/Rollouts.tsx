import { useState } from 'react'
import { api, useApi } from '../api.ts'
import { More } from '../parts/More.tsx'
import { usePages } from '../parts/use-pages.ts'
import { act, emptied } from '../shell/act.ts'
import { RolloutCard } from './RolloutCard.tsx'

const LIST = 'GET /api/2.0/millrace/rollouts/list'
const CHANGES = [LIST, 'GET /api/2.0/millrace/rollouts/get', 'GET /api/2.0/millrace/promotions/requests'] as const
const LIVE_MS = 5_000
const PAGE_MAX = 20
const STEPS = '5, 25, 50, 100'

type Props = { name: string; aliases: readonly { alias: string; version: string }[]; versions: readonly string[] }

/** How new versions take an alias's place in steps: those that go on, those that are over, and the start of another. */
export function Rollouts({ name, aliases, versions }: Props) {
  const pages = usePages(LIST, { name, all: true, max_results: PAGE_MAX }, (of) => of.rollouts, { refetch_ms: LIVE_MS })
  const rollouts = pages.items
  // One that goes on may have begun before those that are shown.
  const going = useApi(LIST, { name }, { refetch_ms: LIVE_MS, keep: true }).data?.rollouts ?? []
  const free = aliases.filter(({ alias }) => !going.some((one) => one.alias === alias))
  if (rollouts.length === 0 && (aliases.length === 0 || versions.length < 2)) return null
  return (
    <section>
      <h2 className="spaced">Rollouts</h2>
      {rollouts.length === 0 && (
        <p className="faint">
          A rollout lets a new version answer a part of an alias’s requests, then more of them; when it does worse, it goes back by itself.
        </p>
      )}
      {versions.length > 1 && free.length > 0 && <Start name={name} aliases={free} versions={versions} />}
      <div className="stack">
        {rollouts.map((rollout) => (
          <RolloutCard key={rollout.rollout_id} rollout={rollout} />
        ))}
      </div>
      <More pages={pages} noun="rollout" />
    </section>
  )
}

function Start({ name, aliases, versions }: Props) {
  const [chosenAlias, setAlias] = useState('')
  const [chosenVersion, setVersion] = useState('')
  const [steps, setSteps] = useState(STEPS)
  const [reason, setReason] = useState('')
  const { alias, version: stable } = aliases.find((one) => one.alias === chosenAlias) ?? aliases[0] ?? { alias: '', version: '' }
  const others = versions.filter((one) => one !== stable)
  const version = others.includes(chosenVersion) ? chosenVersion : (others[0] ?? '')
  const weights = steps.split(/[\s,%]+/).filter((one) => one !== '')
  const start = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    const isStarted = await act(
      () =>
        api.call('POST /api/2.0/millrace/rollouts/start', { name, alias, version, steps: weights.map(Number), ...(reason && { reason }) }),
      {
        done: `Version ${version} begins to answer for @${alias}.`,
        undo: () => api.call('POST /api/2.0/millrace/rollouts/abort', { name, alias, reason: 'started by mistake' }),
        changes: CHANGES,
      },
    )
    if (isStarted) setReason(emptied(reason))
  }
  return (
    <form className="bar" onSubmit={start}>
      <label>
        To{' '}
        <select value={alias} onChange={(event) => setAlias(event.target.value)}>
          {aliases.map((one) => (
            <option key={one.alias} value={one.alias}>
              @{one.alias}
            </option>
          ))}
        </select>
      </label>
      <label>
        version{' '}
        <select value={version} onChange={(event) => setVersion(event.target.value)}>
          {others.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label>
        in steps of{' '}
        <input className="short" value={steps} onChange={(event) => setSteps(event.target.value)} aria-label="Steps, in percent" /> %
      </label>
      <input
        className="grow"
        aria-label="Reason for the rollout"
        placeholder="Why? It is kept and shown."
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <button type="submit" disabled={version === '' || weights.length === 0 || weights.some((one) => !/^\d+$/.test(one))}>
        Roll out
      </button>
    </form>
  )
}
