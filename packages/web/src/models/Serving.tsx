import type { Input, Output } from '@millrace/client'
import { useQueries } from '@tanstack/react-query'
import { api, useApi } from '../api.ts'
import { Table } from '../parts/Table.tsx'
import { Time } from '../parts/Time.tsx'

const HISTORY = 'GET /api/2.0/millrace/promotions/history'

type Version = Output<'GET /api/2.0/mlflow/model-versions/get'>['model_version']

type Place = Pick<Input<typeof HISTORY>, 'alias' | 'stage'>

const LIVE_MS = 5_000
// The last move to an alias is the one that brought its version there; a stage may have several versions.
const MOVES_MAX = 100

/** Where a version is loaded from: its aliases and its stage, what part of the requests it answers there, and since when. */
export function Serving({ version: { name, version, aliases, current_stage } }: { version: Version }) {
  const rolling = useApi('GET /api/2.0/millrace/rollouts/list', { name }, { refetch_ms: LIVE_MS, keep: true })
  const rollouts = rolling.data?.rollouts ?? []
  const stage = current_stage === 'None' || current_stage === 'Archived' ? undefined : current_stage
  const since = useSince(name, version, [...aliases.map((alias) => ({ alias })), ...(stage === undefined ? [] : [{ stage }])])
  const places = [
    ...aliases.map((alias, at) => {
      const leaving = rollouts.find((one) => one.alias === alias)
      return {
        place: `@${alias}`,
        part: 100 - (leaving?.weight ?? 0),
        since: since[at],
        by: leaving && `version ${leaving.version} takes its place`,
      }
    }),
    ...rollouts
      .filter((one) => one.version === version)
      .map((one) => ({ place: `@${one.alias}`, part: one.weight, since: one.started_ms, by: `in place of version ${one.stable_version}` })),
    ...(stage === undefined ? [] : [{ place: stage, part: 100, since: since[aliases.length], by: undefined }]),
  ]
  return (
    <section className="panel">
      <h2>Where it serves</h2>
      {places.length === 0 && (
        <p className="faint">Nowhere by name: no alias and no stage leads to it. Programs that name its number load it all the same.</p>
      )}
      {places.length > 0 && (
        <Table label="Where it serves" columns={['Place', { title: 'Of the requests', look: 'number' }, 'Since']}>
          {places.map(({ place, part, since: at, by }) => (
            <tr key={`${place} ${part}`}>
              <td>
                {place}
                {by && <small className="faint">{by}</small>}
              </td>
              <td className="number">{part} %</td>
              <td>
                <Time at={at} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  )
}

/** When a version came to each of its places: the last move there of the model's history. */
function useSince(name: string, version: string, places: readonly Place[]): readonly (number | undefined)[] {
  return useQueries({
    queries: places.map((place) => ({
      queryKey: [HISTORY, { name, ...place }],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.call(HISTORY, { name, ...place, max_results: MOVES_MAX }, { signal }),
    })),
    combine: (answers) => answers.map(({ data }) => data?.moves.find(({ to_version }) => to_version === version)?.at_ms),
  })
}
