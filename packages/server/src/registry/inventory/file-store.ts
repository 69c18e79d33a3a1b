import { shownSql } from '../../access/visible.ts'
import { adHocQuery, type Reader } from '../../db/handles.ts'
import type { Visible } from '../../http/access.ts'
import { type Asked, endsOf, type SamePath, wordsOf } from './resembling.ts'
import { STANDING_COLUMNS, STANDING_JOINS, type StandingRow } from './standing.ts'

const VERSIONS_MAX = 10
/** As table `model_version` numbers it: a version that was refused vouches for no file. */
const FAILED = 2

/** A version's file with a digest that was asked for; `versions` is in how many versions it is. */
export type FileRow = StandingRow & { readonly sha256: string; readonly path: string; readonly versions: number }

/** The newest versions in which files with these digests are, of models that the caller may read; the newest first. */
export async function withDigests(db: Reader, visible: Visible, digests: readonly string[]): Promise<FileRow[]> {
  const shown = shownSql(visible, 'v.model', db.dialect)
  // A licence or an empty file may be in every version there is: few of them are looked at any closer.
  const sql = `select f.sha256, f.path, f.versions, ${STANDING_COLUMNS} from (
      select f.sha256, min(f.path) as path, f.version, row_number() over (partition by f.sha256 order by f.version desc) as place,
        count(*) over (partition by f.sha256) as versions
      from model_version_file f join model_version v on v.id = f.version join registered_model m on m.id = v.model
      where ${db.dialect.inTexts('f.sha256')} and m.workspace = ? and ${shown.sql} and v.deleted_ms is null and v.status <> ${FAILED}
      group by f.sha256, f.version
    ) f join model_version v on v.id = f.version join registered_model m on m.id = v.model ${STANDING_JOINS}
    where f.place <= ${VERSIONS_MAX} order by f.sha256, v.id desc`
  return db.all(adHocQuery<FileRow>(sql), db.dialect.list(digests), db.workspace, ...shown.values)
}

/**
 * Which models have a file at a path with which one of these files' paths ends: models that the path names, those of `models`, and
 * where only one model has such a path, that one.
 */
export async function samePaths(db: Reader, visible: Visible, files: readonly Asked[], models: readonly number[]): Promise<SamePath[]> {
  if (files.length === 0) return []
  const ends = [...new Set(files.flatMap(({ path }) => endsOf(path)))]
  const words = [...new Set(files.flatMap(({ path }) => wordsOf(path)))]
  const shown = shownSql(visible, 'v.model', db.dialect)
  const { inTexts, inIntegers, list } = db.dialect
  const sql = `select path, model, name, version, models from (
      select f.path, v.model, m.name, max(v.version) as version, count(*) over (partition by f.path) as models
      from model_version_file f join model_version v on v.id = f.version join registered_model m on m.id = v.model
      where ${inTexts('f.path')} and m.workspace = ? and ${shown.sql} and v.deleted_ms is null and v.status <> ${FAILED}
      group by f.path, v.model, m.name
    ) p where models = 1 or ${inTexts('name')} or ${inIntegers('model')} order by path, model`
  return db.all(adHocQuery<SamePath>(sql), list(ends), db.workspace, ...shown.values, list(words), list(models))
}
