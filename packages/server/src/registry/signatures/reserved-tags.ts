import { command, query, type Writer } from '../../db/handles.ts'
import { signersOf } from './attestations-of.ts'

/** Tags that tell MLflow's clients what the server knows of a version. No client sets them: see `refuseReserved` in `names.ts`. */
export type ReservedTag = 'millrace.signature' | 'millrace.scan' | 'millrace.approval'

const NOW = query<{ value: string }>('select value from model_version_tag where version = ? and key = ?')
const SET = command(
  'insert into model_version_tag (version, key, value) values (?, ?, ?) on conflict (version, key) do update set value = excluded.value',
)
const DELETE = command('delete from model_version_tag where version = ? and key = ?')

/** Shows a tag of the server's own on a version, by the version's number inside; takes it away where there is no value. */
export async function setReservedTag(tx: Writer, version: number, key: ReservedTag, value: string | undefined): Promise<void> {
  const now = (await tx.get(NOW, version, key))?.value
  if (now === value) return
  if (value === undefined) await tx.run(DELETE, version, key)
  else await tx.run(SET, version, key, value)
}

/** Shows on a copy what the scan of its original's files said: they are the same. */
export async function copyScanTag(tx: Writer, version: number, of: number): Promise<void> {
  await setReservedTag(tx, version, 'millrace.scan', (await tx.get(NOW, of, 'millrace.scan'))?.value)
}

/** Shows who signed a version, among those who are trusted now. */
export async function showSigners(tx: Writer, version: number): Promise<void> {
  const names = [
    ...new Set((await signersOf(tx, version)).map(({ name, identity }) => (name === identity ? name : `${identity} (${name})`))),
  ]
  await setReservedTag(tx, version, 'millrace.signature', names.length > 0 ? names.sort().join(', ') : undefined)
}
