import type { Input } from '@millrace/client'
import { useEffect, useRef } from 'react'
import { api, queries } from '../api.ts'
import type { Series } from '../charts/series.ts'
import { hearEvents } from './event-stream.ts'
import { type ChangedRun, grown, type NewPoints, withChanges, withRows } from './news.ts'
import type { Row } from './use-runs.ts'

const TABLE = 'POST /api/2.0/millrace/runs/table'
const SERIES = 'POST /api/2.0/millrace/metrics/series'
const RUN = 'GET /api/2.0/mlflow/runs/get'
const COLUMNS = 'GET /api/2.0/millrace/runs/columns'
const ASKED_AGAIN_MS = 1_000
const METRICS_MAX = 60
const NOTED_MAX = 30
// A line that grew to this many times what fits on a screen is asked for anew, thinned.
const GROWN_MAX = 2_000

type Change = { runs: ChangedRun[]; points: NewPoints[]; noted: string[]; names: boolean }

/** What is shown of an experiment's runs: columns, or a run with all that it has. */
export type Shown = {
  readonly metrics?: readonly string[]
  readonly params?: readonly string[]
  readonly tags?: readonly string[]
  readonly run_id?: string
}

/**
 * Keeps what is shown of an experiment's runs fresh by what the server tells: new points go into lines and cells as they are, and nothing
 * is asked for again but a run that is new, or one whose params or tags are others. A tab that nobody looks at listens to nothing, and
 * asks anew when somebody does.
 */
export function useLive(experiment_id: string, { metrics = [], params = [], tags = [], run_id }: Shown): void {
  const search = new URLSearchParams({ experiment_id, ...(run_id !== undefined && { run_id }) })
  for (const name of metrics.slice(0, METRICS_MAX)) search.append('metrics', name)
  for (const name of params.slice(0, NOTED_MAX)) search.append('params', name)
  for (const name of tags.slice(0, NOTED_MAX)) search.append('tags', name)
  const wanted = search.toString()
  const heard = useRef({ experiment_id, cursor: '' })
  useEffect(() => {
    // Other columns are another stream: it goes on where the one before was.
    if (heard.current.experiment_id !== experiment_id) heard.current = { experiment_id, cursor: '' }
    const from = heard.current.cursor === '' ? '' : `&cursor=${heard.current.cursor}`
    return listen(`api/2.0/millrace/runs/live?${wanted}${from}`, {
      change: (data, id) => {
        heard.current.cursor = id
        take(data as Change)
      },
      reset: () => {
        for (const route of [TABLE, SERIES, RUN, COLUMNS]) void queries.invalidateQueries({ queryKey: [route] })
      },
    })
  }, [experiment_id, wanted])
}

/** Asks anew for what depends on which experiments and runs there are, when the server says that they are others. */
export function useLiveExperiments(...routes: readonly string[]): void {
  const wanted = routes.join('\n')
  useEffect(() => {
    const ask = (): void => {
      for (const route of wanted.split('\n')) askAgain(route)
    }
    return listen('api/2.0/millrace/runs/live', { experiments: ask, reset: ask })
  }, [wanted])
}

/** Listens while somebody looks. A browser has few connections to one host: tabs in the background keep none. */
function listen(path: string, hear: Readonly<Record<string, (data: unknown, id: string) => void>>): () => void {
  let stop: (() => void) | undefined
  let wasAway = false
  const follow = (): void => {
    if (document.visibilityState === 'hidden') {
      stop?.()
      stop = undefined
      wasAway = true
    } else if (!stop) {
      stop = hearEvents(path, ({ name, data, id }) => hear[name]?.(JSON.parse(data), id))
      if (wasAway) hear.reset?.({}, '')
    }
  }
  follow()
  document.addEventListener('visibilitychange', follow)
  return () => {
    document.removeEventListener('visibilitychange', follow)
    stop?.()
  }
}

const pauses = new Map<string, (() => void) | undefined>()

/** Does something now; asked again soon after, it is done once more when a second has passed. */
function withPauses(key: string, act: () => void): void {
  if (pauses.has(key)) {
    pauses.set(key, act)
    return
  }
  pauses.set(key, undefined)
  act()
  window.setTimeout(() => {
    const again = pauses.get(key)
    pauses.delete(key)
    if (again) withPauses(key, again)
  }, ASKED_AGAIN_MS)
}

/** Asks for something anew, and not more often than every second. */
function askAgain(route: string, of: Readonly<Record<string, unknown>> = {}): void {
  withPauses(
    JSON.stringify([route, of]),
    () => void queries.invalidateQueries({ queryKey: Object.keys(of).length === 0 ? [route] : [route, of] }),
  )
}

type Asked = { queryKey: readonly unknown[] }
const inputOf = ({ queryKey }: Asked): Record<string, unknown> => (queryKey[1] ?? {}) as Record<string, unknown>

type Pages = { pages: { rows: Row[] }[] }

/** Puts rows that are there into what is shown, by `act`, wherever they are shown. */
function mapRows({ queryKey }: Asked, act: (rows: readonly Row[]) => Row[]): void {
  queries.setQueryData<Pages | undefined>(queryKey, (old) =>
    old?.pages ? { ...old, pages: old.pages.map((page) => ({ ...page, rows: act(page.rows) })) } : old,
  )
}

const rowsOf = ({ state }: { state: { data?: unknown } }): Row[] =>
  ((state.data as Pages | undefined)?.pages ?? []).flatMap(({ rows }) => rows)

const unread = new Set<string>()

/** Asks for the rows of some runs, with the columns that are shown, without asking for the whole table. */
function readRows(run_ids: readonly string[]): void {
  for (const run_id of run_ids) unread.add(run_id)
  if (unread.size === 0) return
  withPauses('rows', () => {
    const wanted = new Set(unread)
    unread.clear()
    for (const asked of queries.getQueryCache().findAll({ queryKey: [TABLE], type: 'active' })) {
      const changed = [...new Set(rowsOf(asked).map(({ run_id }) => run_id))].filter((run_id) => wanted.has(run_id))
      if (changed.length === 0) continue
      const { experiment_ids, run_view_type, metrics, params, tags } = inputOf(asked) as Input<typeof TABLE>
      const filter = `attributes.run_id IN (${changed.map((run_id) => `'${run_id}'`).join(', ')})`
      const input = { experiment_ids, run_view_type, metrics, params, tags, filter, max_results: changed.length }
      // What fails now is asked for in half a minute, with the rest.
      void api.call(TABLE, input).then(
        ({ rows }) => mapRows(asked, (old) => withRows(old, rows)),
        () => {},
      )
    }
  })
}

function take({ runs, points, noted, names }: Change): void {
  const shown = new Set<string>()
  for (const asked of queries.getQueryCache().findAll({ queryKey: [TABLE] })) {
    const { metrics = [] } = inputOf(asked) as { metrics?: readonly string[] }
    mapRows(asked, (rows) => withChanges(rows, metrics, runs, points))
    for (const { run_id } of rowsOf(asked)) shown.add(run_id)
  }
  if (runs.some(({ run_id, deleted }) => deleted || !shown.has(run_id))) askAgain(TABLE)
  readRows(noted)
  if (names) askAgain(COLUMNS)
  for (const run_id of new Set([...[...runs, ...points].map((one) => one.run_id), ...noted])) askAgain(RUN, { run_id })
  for (const asked of queries.getQueryCache().findAll({ queryKey: [SERIES] })) {
    const { metric_key, run_ids, end, x } = inputOf(asked) as { metric_key: string; run_ids: string[]; end?: number; x: 'step' | 'time' }
    const news = points.filter(({ key, run_id }) => key === metric_key && run_ids.includes(run_id))
    if (news.length === 0 || end !== undefined) continue
    queries.setQueryData<{ series: Series[] } | undefined>(asked.queryKey, (old) => old && { ...old, series: grown(old.series, news, x) })
    const longest = (asked.state.data as { series: Series[] } | undefined)?.series.some(({ values }) => values.length > GROWN_MAX)
    if (longest) askAgain(SERIES, { metric_key })
  }
}
