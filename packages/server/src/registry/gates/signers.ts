import type { Reader } from '../../db/handles.ts'
import { signersOf } from '../signatures/index.ts'

/** The names under which a policy may know those who signed a version and are trusted now: of the key or authority, and of the person. */
export async function namesOfSigners(db: Reader, version: number): Promise<readonly string[]> {
  return (await signersOf(db, version)).flatMap(({ name, identity }) => [name, identity])
}
