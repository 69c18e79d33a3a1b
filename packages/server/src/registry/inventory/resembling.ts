/** A file that was found somewhere, and where. */
export type Asked = { readonly sha256: string; readonly path: string }
/** A path that versions of a model have, and the newest of them; `models` is how many models have such a path. */
export type SamePath = {
  readonly path: string
  readonly model: number
  readonly name: string
  readonly version: number
  readonly models: number
}
/** A file that is known, and a version that it is in. */
export type Beside = { readonly file: Asked; readonly row: { readonly model: number; readonly path: string } }

const ENDS_MAX = 6
const SHOWN_MAX = 5

/** The last parts of a path, the longest first: paths that it may have in a version. */
export function endsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '')
  return Array.from({ length: Math.min(ENDS_MAX, parts.length) }, (_, at) => parts.slice(-Math.min(ENDS_MAX, parts.length) + at).join('/'))
}

/** The folders above a file: one may be called as a model. */
export const wordsOf = (path: string): string[] =>
  path
    .split('/')
    .filter((part) => part !== '')
    .slice(0, -1)
    .slice(-16)

/** The folder in which a version lies that has this file at `inside`. */
const rootOf = (path: string, inside: string): string => path.slice(0, path.length - inside.length)

/**
 * What unknown files may be other states of, by their paths. `model.pkl` is in every second model: it counts where its folders name the
 * model, where known files of the model lie around it, or where no other model has such a path.
 */
export function resembling(
  unknown: readonly Asked[],
  beside: readonly Beside[],
  candidates: readonly SamePath[],
): Map<string, { name: string; version: number; path: string }[]> {
  const roots = new Set(beside.filter(({ file, row }) => endsWith(file.path, row.path)).map(rootKey))
  const by_path = Map.groupBy(candidates, ({ path }) => path)
  return new Map(
    unknown.map(({ path }) => {
      const words = new Set(wordsOf(path))
      const found = endsOf(path)
        .flatMap((end) => by_path.get(end) ?? [])
        .map((one) => ({ one, weight: weightOf(one, roots.has(`${one.model} ${rootOf(path, one.path)}`), words.has(one.name)) }))
        .filter(({ weight }) => weight > 0)
        .sort((a, b) => b.weight - a.weight)
      return [path, found.slice(0, SHOWN_MAX).map(({ one: { name, version, path: at } }) => ({ name, version, path: at }))]
    }),
  )
}

const rootKey = ({ file, row }: Beside): string => `${row.model} ${rootOf(file.path, row.path)}`
const endsWith = (path: string, end: string): boolean => end !== '' && (path === end || path.endsWith(`/${end}`))

function weightOf({ models }: SamePath, lies_beside: boolean, is_named: boolean): number {
  if (lies_beside) return 3
  if (is_named) return 2
  return models === 1 ? 1 : 0
}
