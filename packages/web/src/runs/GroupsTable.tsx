import { useApi } from '../api.ts'
import { quoted } from '../filters.ts'
import { count, metric } from '../format.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { type Column, columnOf, spelled, type View } from './view.ts'

const METRICS_MAX = 20

type Props = { experimentId: string; view: View; columns: readonly Column[]; change: (part: Partial<View>) => void }

/** Runs taken together by a param or a tag: how many there are of each value, and how their metrics are spread. */
export function GroupsTable({ experimentId, view, columns, change }: Props) {
  const by = columnOf(view.group ?? '')
  const chosen = columns.filter(({ kind }) => kind === 'metrics')
  const metrics = chosen.slice(0, METRICS_MAX)
  const found = useApi(
    'POST /api/2.0/millrace/runs/groups',
    {
      experiment_ids: [experimentId],
      filter: view.filter ?? '',
      run_view_type: view.deleted ? 'DELETED_ONLY' : 'ACTIVE_ONLY',
      kind: by?.kind === 'tags' ? 'tags' : 'params',
      name: by?.name ?? '',
      metrics: metrics.map(({ name }) => name),
    },
    { keep: true, enabled: by !== undefined },
  )
  if (!by) return null
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading lines={10} />
  const { groups, more } = found.data
  const open = (value: string | null): void => {
    const name = spelled(by)
    const clause = value === null ? `${name} IS NULL` : `${name} = ${quoted(value)}`
    change({ group: undefined, filter: view.filter ? `${view.filter} AND ${clause}` : clause })
  }
  return (
    <>
      <Scroll label="Groups of runs" look="tall">
        <table>
          <thead>
            <tr>
              <th>{by.name}</th>
              <th className="number">Runs</th>
              {metrics.map(({ id, name }) => (
                <th key={id} className="number" title={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map(({ value, runs, metrics: spreads }) => (
              <tr key={JSON.stringify(value)}>
                <td className="wide">
                  <button type="button" className="link" title="Show these runs" onClick={() => open(value)}>
                    {value === null ? 'none' : value || '(empty)'}
                  </button>
                </td>
                <td className="number">{runs.toLocaleString('en-GB')}</td>
                {metrics.map(({ id }, place) => {
                  const spread = spreads[place]
                  if (!spread) return <td key={id} />
                  return (
                    <td key={id} className="number" title={`of ${count(spread.count, 'run')}`}>
                      {metric(round(spread.mean))} ± {metric(round(spread.std))}
                      <small className="faint">
                        {metric(round(spread.min))} to {metric(round(spread.max))}
                      </small>
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p className="faint" aria-live="polite">
        {count(groups.length, 'group')}
        {more && ': the largest ones; filter for others'}. Each metric: mean ± standard deviation, and from the lowest to the highest.
        {chosen.length > METRICS_MAX &&
          ` The first ${METRICS_MAX} of ${count(chosen.length, 'column')} are shown: take some away to see others.`}
      </p>
    </>
  )
}

const round = (value: number | string): number => Number(Number(value).toPrecision(4))
