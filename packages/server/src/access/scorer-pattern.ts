import { query, type Reader } from '../db/handles.ts'

const SCORER = query<[experiment: number, scorer: number | null]>(
  `select e.id, s.id from experiment e left join scorer s on s.experiment = e.id and s.name = ? where e.id = ? and e.workspace = ?`,
)

/** A scorer as grants name it, and MLflow's clients: its experiment's id, a slash, and its name as it would stand in a URL. */
export const scorerPattern = (experiment_id: string | number, name: string): string =>
  `${experiment_id}/${encodeURIComponent(name).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)}`

/** The two parts of such a pattern; undefined when it is none. */
export function partsOf(pattern: string): { experiment_id: string; name: string } | undefined {
  const [, experiment_id = '', quoted = ''] = /^(\d{1,15})\/([^/]+)$/.exec(pattern) ?? []
  if (experiment_id === '') return undefined
  try {
    return { experiment_id, name: decodeURIComponent(quoted) }
  } catch {
    return undefined
  }
}

/** The experiment of a scorer, in the handle's workspace, and the scorer if there is one. */
export async function scorerAt(db: Reader, pattern: string): Promise<{ experiment: number; scorer: number | undefined } | undefined> {
  const parts = partsOf(pattern)
  if (!parts) return undefined
  const [row] = await db.tuples(SCORER, parts.name, Number(parts.experiment_id), db.workspace)
  return row && { experiment: row[0], scorer: row[1] ?? undefined }
}

/** What is said of a scorer that is not there, and of one that may not be seen. */
export const scorerNotFound = (experiment_id: string | number, name: string): string =>
  `Scorer with name '${name}' not found for experiment ${experiment_id}; scorers/list names those that there are.`
