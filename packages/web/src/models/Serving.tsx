import type { Output } from '@millrace/client'
import { useApi } from '../api.ts'
import { Table } from '../parts/Table.tsx'
import { Time } from '../parts/Time.tsx'

type Version = Output<'GET /api/2.0/mlflow/model-versions/get'>['model_version']

const LIVE_MS = 5_000

/** Where a version is loaded from: its aliases and its stage, what part of the requests it answers there, and since when. */
export function Serving({ version: { name, version, aliases, current_stage } }: { version: Version }) {
  const rolling = useApi('GET /api/2.0/millrace/rollouts/list', { name }, { refetch_ms: LIVE_MS, keep: true })
  const history = useApi('GET /api/2.0/millrace/promotions/history', { name, max_results: 100 })
  const rollouts = rolling.data?.rollouts ?? []
  const moves = history.data?.moves ?? []
  const since = (place: { alias?: string; stage?: string }): number | undefined =>
    moves.find((move) => move.to_version === version && (place.alias ? move.alias === place.alias : move.stage === place.stage))?.at_ms
  const places = [
    ...aliases.map((alias) => {
      const leaving = rollouts.find((one) => one.alias === alias)
      return {
        place: `@${alias}`,
        part: 100 - (leaving?.weight ?? 0),
        since: since({ alias }),
        by: leaving && `version ${leaving.version} takes its place`,
      }
    }),
    ...rollouts
      .filter((one) => one.version === version)
      .map((one) => ({ place: `@${one.alias}`, part: one.weight, since: one.started_ms, by: `in place of version ${one.stable_version}` })),
    ...(current_stage === 'None' || current_stage === 'Archived'
      ? []
      : [{ place: current_stage, part: 100, since: since({ stage: current_stage }), by: undefined }]),
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
