import {
  attestedDigests,
  type Checked,
  checkBundle,
  differenceFrom,
  explainDifference,
  isAbout,
  isSame,
  readBundle,
  readSignedModel,
  SignatureProblem,
  type Signer,
} from '@millrace/sign'
import type { Reader } from '../../db/handles.ts'
import { type Manifest, manifestOfVersion } from '../manifests/index.ts'
import { type AttestationRow, attestationRow, attestationRows, rowsOfKind } from './attestation-store.ts'
import { trustedOn } from './trusted.ts'

/** A statement on a version, and whether it counts now. */
export type Attestation = { readonly row: AttestationRow; readonly checked: Checked }

/**
 * Who signed a version's files, among those who are trusted now. It is worked out from the signatures themselves and from the manifest:
 * a key that was revoked, or a file that is not the signed one, leaves nobody.
 */
export async function signersOf(db: Reader, version: number): Promise<readonly Signer[]> {
  const rows = await rowsOfKind(db, version, 'signature')
  if (rows.length === 0) return []
  const manifest = await manifestOfVersion(db, version)
  return rows.flatMap(({ bundle }) => {
    const checked = checkOn(db, bundle, manifest)
    return checked.ok ? [checked.signer] : []
  })
}

/** All statements on a version, and whether each counts now. */
export async function attestationsOf(db: Reader, version: number): Promise<readonly Attestation[]> {
  const rows = await attestationRows(db, version)
  const manifest = rows.length > 0 ? await manifestOfVersion(db, version) : undefined
  return rows.map((row) => ({ row, checked: checkOn(db, row.bundle, manifest) }))
}

/** The statement on a version that has this id, or undefined. */
export async function attestationOf(db: Reader, version: number, attestation_id: string): Promise<Attestation | undefined> {
  const row = await attestationRow(db, version, attestation_id)
  return row && { row, checked: checkOn(db, row.bundle, await manifestOfVersion(db, version)) }
}

/** Whether a bundle is a trusted signer's, and about these files. What is no bundle is nobody's. */
export function checkOn(db: Pick<Reader, 'identity'>, text: string, manifest: Manifest | undefined): Checked {
  try {
    const checked = checkBundle(readBundle(text), trustedOn(db).trust)
    if (!checked.ok) return checked
    const sentence = manifest ? mismatch(checked, manifest) : 'The files of the version are not known.'
    return sentence === undefined ? checked : { ok: false, because: 'broken', kind: checked.kind, sentence }
  } catch (error) {
    if (error instanceof SignatureProblem) return { ok: false, because: 'broken', sentence: error.message }
    throw error
  }
}

function mismatch({ kind, statement }: Extract<Checked, { ok: true }>, { files }: Manifest): string | undefined {
  if (kind === 'signature') {
    const difference = differenceFrom(readSignedModel(statement), files)
    return isSame(difference) ? undefined : `It is over other files than the version's: ${explainDifference(difference)}.`
  }
  if (isAbout(statement, attestedDigests(files))) return undefined
  return "It is about something else: no subject has the version's digests (sha256 and dirHash, which the version's manifest tells)."
}
