import { query, type Reader } from '../../db/handles.ts'
import type { Resource } from '../../http/endpoint.ts'
import { SOURCE_KIND } from './version-store.ts'

const FROM = `select coalesce(r.experiment, l.experiment) from model_version v join registered_model m on m.id = v.model
  left join run r on v.source_kind = ${SOURCE_KIND.run} and r.run_id = v.source_ref
  left join logged_model l on v.source_kind = ${SOURCE_KIND.logged_model} and l.model_id = v.source_ref`
const BY_NUMBER = query<[experiment: number | null]>(
  `${FROM} where m.workspace = ? and m.name = ? and v.version = ? and v.deleted_ms is null`,
)
const BY_ALIAS = query<[experiment: number | null]>(
  `${FROM} join registered_model_alias a on a.model = m.id and a.version = v.version
   where m.workspace = ? and m.name = ? and a.alias = ? and v.deleted_ms is null`,
)

type Named = { readonly name: string; readonly version: number } | { readonly name: string; readonly alias: string }

/** A version's files as the permission check names them: no name holds a slash, and no alias an at sign. */
export const filesOf = (named: Named): Resource => ({
  version_files: 'version' in named ? `${named.name}/${named.version}` : `${named.name}@${named.alias}`,
})

/**
 * The experiment of the run or logged model of which a version's files are, named as {@link filesOf} does. None where the version, or what
 * it was made of, is not there, and where its files are not this server's: then there is nothing to ask leave for.
 */
export async function experimentOfFiles(db: Reader, files: string): Promise<number | undefined> {
  const slash = files.indexOf('/')
  const at = files.lastIndexOf('@')
  const rows =
    slash === -1
      ? await db.tuples(BY_ALIAS, db.workspace, files.slice(0, at), files.slice(at + 1))
      : await db.tuples(BY_NUMBER, db.workspace, files.slice(0, slash), Number(files.slice(slash + 1)))
  return rows[0]?.[0] ?? undefined
}
