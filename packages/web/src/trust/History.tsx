import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, refresh, sentenceOf } from '../api.ts'
import { More } from '../parts/More.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'
import { emptied } from '../shell/act.ts'
import { say } from '../shell/Toasts.tsx'

const HISTORY = 'GET /api/2.0/millrace/promotions/history'
const PAGE_MAX = 50
const WORDS: Record<string, string> = {
  set: 'set',
  rollback: 'rolled back',
  bypass: 'set in an emergency',
  delete: 'taken away',
  archive: 'archived',
  leave: 'left',
  version_deleted: 'the version was deleted',
}

/** Where the aliases and stages of a model pointed, and a way back. */
export function History({ name, aliases }: { name: string; aliases: readonly { alias: string; version: string }[] }) {
  const pages = usePages(HISTORY, { name, max_results: PAGE_MAX }, (of) => of.moves)
  const moves = pages.items
  if (moves.length === 0) return null
  return (
    <section>
      <h2 className="spaced">History of aliases and stages</h2>
      {aliases.some(({ alias }) => moves.some((move) => move.alias === alias && move.from_version)) && (
        <Rollback name={name} aliases={aliases} />
      )}
      <Scroll label="History">
        <table>
          <thead>
            <tr>
              <th>Place</th>
              <th>From</th>
              <th>To</th>
              <th>How</th>
              <th>By</th>
              <th>Why</th>
              <th>When</th>
            </tr>
          </thead>
          <tbody>
            {moves.map((move) => (
              <tr key={`${move.at_ms} ${move.alias ?? move.stage} ${move.to_version} ${move.what}`}>
                <td>{move.alias ? `@${move.alias}` : move.stage}</td>
                <td>{move.from_version ?? ''}</td>
                <td>
                  {move.to_version && (
                    <Link to="/models/$name/versions/$version" params={{ name, version: move.to_version }}>
                      {move.to_version}
                    </Link>
                  )}
                </td>
                <td>{WORDS[move.what] ?? move.what}</td>
                <td>{move.user}</td>
                <td className="wide" title={move.reason}>
                  {move.reason}
                </td>
                <td>
                  <Time at={move.at_ms} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <More pages={pages} noun="move" />
    </section>
  )
}

function Rollback({ name, aliases }: { name: string; aliases: readonly { alias: string; version: string }[] }) {
  const [alias, setAlias] = useState(aliases[0]?.alias ?? '')
  const [reason, setReason] = useState('')
  const go = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    try {
      const { model_version } = await api.call('POST /api/2.0/millrace/promotions/rollback', { name, alias, reason })
      say(`@${alias} is back at version ${model_version.version}.`)
      setReason(emptied(reason))
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
    await refresh(HISTORY, 'GET /api/2.0/mlflow/registered-models/get', 'GET /api/2.0/mlflow/model-versions/search')
  }
  return (
    <form className="bar" onSubmit={go}>
      <label>
        Put{' '}
        <select value={alias} onChange={(event) => setAlias(event.target.value)}>
          {aliases.map((one) => (
            <option key={one.alias} value={one.alias}>
              @{one.alias}
            </option>
          ))}
        </select>{' '}
        back to what it was
      </label>
      <input
        className="grow"
        aria-label="Reason for going back"
        placeholder="Why? It is kept and shown."
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <button type="submit" disabled={reason.trim() === ''}>
        Roll back
      </button>
    </form>
  )
}
