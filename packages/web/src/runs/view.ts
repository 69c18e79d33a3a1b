/** What the address holds of a view of runs: sharing the address shares the view. */
export type View = {
  readonly tab?: 'charts' | 'traces' | undefined
  readonly filter?: string | undefined
  /** `metrics.loss ASC`, as the API's order_by has it. */
  readonly order?: string | undefined
  readonly deleted?: boolean | undefined
  /** Columns in their order: `metrics.loss`, `params.lr`, `tags.team`. None: chosen by what the runs have. */
  readonly columns?: readonly string[] | undefined
  readonly x?: 'time' | undefined
  readonly smooth?: number | undefined
}

export function readView(search: Record<string, unknown>): View {
  const columns = Array.isArray(search.columns) ? search.columns.filter((one) => typeof one === 'string') : undefined
  const { tab, filter, order, smooth } = search
  return {
    ...((tab === 'charts' || tab === 'traces') && { tab }),
    ...(typeof filter === 'string' && filter !== '' && { filter }),
    ...(typeof order === 'string' && order !== '' && { order }),
    ...(search.deleted === true && { deleted: true }),
    ...(columns && { columns }),
    ...(search.x === 'time' && { x: 'time' as const }),
    ...(typeof smooth === 'number' && smooth > 0 && smooth < 1 && { smooth }),
  }
}

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

/** A name as the filter language takes it. */
export const spelled = ({ kind, name }: Pick<Column, 'kind' | 'name'>): string =>
  /^[A-Za-z_][\w./-]*$/.test(name) ? `${kind}.${name}` : `${kind}.\`${name}\``

/** A list in which one thing went to another place. */
export const moved = <T>(list: readonly T[], from: number, to: number): T[] => {
  const out = list.toSpliced(from, 1)
  return out.toSpliced(to, 0, ...list.slice(from, from + 1))
}
