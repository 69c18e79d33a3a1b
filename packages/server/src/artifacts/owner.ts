import type { Reader } from '../db/handles.ts'
import type { Segments } from './path.ts'

/** More names than this has no location. */
const LOCATION_NAMES_MAX = 16

/** The locations at or above a path of the artifact root, as experiments may have them on record: a list for `dialect.inTexts`. */
export function locationsAbove({ dialect }: Reader, path: Segments): string {
  const names = path.slice(0, LOCATION_NAMES_MAX)
  const locations = names.flatMap((_, at) => {
    const part = names.slice(0, at + 1)
    return [`mlflow-artifacts:/${part.join('/')}`, `mlflow-artifacts:/${part.map(encodeURIComponent).join('/')}`]
  })
  return dialect.list([...new Set(locations.flatMap((one) => [one, `${one}/`]))])
}
