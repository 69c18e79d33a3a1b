import { oneOf } from '../address.ts'

/** What the address holds of a view of runs: sharing the address shares the view. */
export type View = {
  readonly tab?: 'charts' | 'traces' | undefined
  readonly filter?: string | undefined
  /** `metrics.loss ASC`, as the API's order_by has it. */
  readonly order?: string | undefined
  readonly deleted?: boolean | undefined
  /** Columns in their order: `metrics.loss`, `params.lr`, `tags.team`. None: chosen by what the runs have. */
  readonly columns?: readonly string[] | undefined
  readonly x?: 'logstep' | 'time' | 'relative' | undefined
  readonly smooth?: number | undefined
  /** The column by whose values runs are taken together: `params.model`. */
  readonly group?: string | undefined
  readonly shape?: 'scatter' | 'bar' | 'parallel' | 'contour' | undefined
  /** Columns that are the axes of a chart. */
  readonly axes?: readonly string[] | undefined
  /** How many columns stay where they are while the others scroll. */
  readonly pinned?: number | undefined
  /** Widths that somebody dragged, in pixels. */
  readonly widths?: Readonly<Record<string, number>> | undefined
}

const texts = (value: unknown): string[] | undefined => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined)

export function readView(search: Record<string, unknown>): View {
  const [columns, axes] = [texts(search.columns), texts(search.axes)]
  const { filter, order, smooth, group, pinned, widths } = search
  const tab = oneOf(['charts', 'traces'], search.tab)
  const x = oneOf(['logstep', 'time', 'relative'], search.x)
  const shape = oneOf(['scatter', 'bar', 'parallel', 'contour'], search.shape)
  return {
    ...(tab && { tab }),
    ...(typeof filter === 'string' && filter !== '' && { filter }),
    ...(typeof order === 'string' && order !== '' && { order }),
    ...(search.deleted === true && { deleted: true }),
    ...(columns && { columns }),
    ...(x && { x }),
    ...(shape && { shape }),
    ...(axes && { axes }),
    ...(typeof group === 'string' && columnOf(group) && { group }),
    ...(typeof pinned === 'number' && pinned > 0 && { pinned: Math.floor(pinned) }),
    ...(typeof widths === 'object' && widths !== null && { widths: readWidths(widths) }),
    ...(typeof smooth === 'number' && smooth > 0 && smooth < 1 && { smooth }),
  }
}

const WIDTH_PX = [48, 800] as const

const readWidths = (given: object): Record<string, number> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([id, width]) =>
      typeof width === 'number' && Number.isFinite(width) ? [[id, Math.min(WIDTH_PX[1], Math.max(WIDTH_PX[0], Math.round(width)))]] : [],
    ),
  )

export type Names = { readonly metrics: readonly string[]; readonly params: readonly string[]; readonly tags: readonly string[] }
export type Column = { readonly kind: 'metrics' | 'params' | 'tags'; readonly name: string; readonly id: string }

const METRICS_SHOWN = 6
const PARAMS_SHOWN = 4

export function columnOf(id: string): Column | undefined {
  const dot = id.indexOf('.')
  const kind = id.slice(0, dot)
  return kind === 'metrics' || kind === 'params' || kind === 'tags' ? { kind, name: id.slice(dot + 1), id } : undefined
}

/** The columns of a view; while nobody chose, the first metrics and params, without what the system logs about itself. */
export function columnsOf(view: View, names: Names | undefined): readonly Column[] {
  if (view.columns) return view.columns.flatMap((id) => columnOf(id) ?? [])
  if (!names) return []
  const metrics = names.metrics.filter((name) => !name.startsWith('system/')).slice(0, METRICS_SHOWN)
  const params = names.params.slice(0, PARAMS_SHOWN)
  return [
    ...metrics.map((name) => ({ kind: 'metrics', name, id: `metrics.${name}` }) as const),
    ...params.map((name) => ({ kind: 'params', name, id: `params.${name}` }) as const),
  ]
}

/** All names that there are, as columns. */
export const namesAsColumns = (names: Names | undefined): Column[] =>
  (['metrics', 'params', 'tags'] as const).flatMap((kind) =>
    (names?.[kind] ?? [])
      .filter((name) => !(kind === 'tags' && name.startsWith('mlflow.')))
      .map((name) => ({ kind, name, id: `${kind}.${name}` })),
  )

/** The columns that are asked for: those that are shown, and that by which runs are taken together. */
export function askedColumns(view: View, shown: readonly Column[]): readonly Column[] {
  const group = view.group === undefined ? undefined : columnOf(view.group)
  return group && !shown.some(({ id }) => id === group.id) ? [...shown, group] : shown
}

/** A name as the filter language takes it. */
export const spelled = ({ kind, name }: Pick<Column, 'kind' | 'name'>): string =>
  /^[A-Za-z_][\w./-]*$/.test(name) ? `${kind}.${name}` : `${kind}.\`${name}\``

/** A list in which one thing went to another place. */
export const moved = <T>(list: readonly T[], from: number, to: number): T[] => {
  const out = list.toSpliced(from, 1)
  return out.toSpliced(to, 0, ...list.slice(from, from + 1))
}
