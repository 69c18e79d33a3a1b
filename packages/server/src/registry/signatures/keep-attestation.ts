import { createHash } from 'node:crypto'
import { attestedDigests, type Kind, kindOf, type Statement, type Subject, subjectOf } from '@millrace/sign'
import { signStatement } from '@millrace/sign/make'
import type { Writer } from '../../db/handles.ts'
import { ApiError, invalid } from '../../http/errors.ts'
import { type Manifest, manifestOfVersion } from '../manifests/index.ts'
import { attestationCount, copyRows, deleteOwnOfKind, deleteRows, insertAttestation, nameOfVersion } from './attestation-store.ts'
import { type Attestation, checkOn } from './attestations-of.ts'
import { copyScanTag, showSigners } from './reserved-tags.ts'
import { trustedOn } from './trusted.ts'

const PER_VERSION_MAX = 100

/**
 * Takes in a bundle that somebody sent, if it is a trusted signer's and about the version's files.
 * @throws ApiError INVALID_PARAMETER_VALUE, PERMISSION_DENIED when the signer isn't trusted or no longer, INVALID_STATE
 */
export async function receiveAttestation(tx: Writer, version: number, bundle: string, by: string, now_ms: number): Promise<Attestation> {
  const manifest = await manifestOfVersion(tx, version)
  if (!manifest) {
    throw new ApiError(
      'RESOURCE_CONFLICT',
      "The version's files are not on record: wait until it is READY; files elsewhere can't be attested.",
    )
  }
  const checked = checkOn(tx, bundle, manifest)
  if (!checked.ok) {
    if (checked.because === 'broken') throw invalid(`The attestation was not taken: ${checked.sentence}`)
    throw new ApiError('PERMISSION_DENIED', `The attestation was not taken: ${checked.sentence} The server's --signing-trust says who is.`)
  }
  if ((await attestationCount(tx, version)) >= PER_VERSION_MAX) throw invalid(`A version has at most ${PER_VERSION_MAX} attestations.`)
  const { kind, statement } = checked
  const attestation_id = idOf(bundle)
  const row = {
    sha256: attestation_id,
    kind,
    predicate_type: statement.predicate_type,
    bundle,
    received_by: by,
    received_ms: now_ms,
  }
  await insertAttestation(tx, version, row)
  if (kind === 'signature') await showSigners(tx, version)
  return { row, checked }
}

/**
 * Attests something that the server itself found out, with the server's own key. Gives the attestation's id; undefined when the server
 * has no key, or the version no files on record, unless they are `known` already. Of scans, the newest is kept.
 */
export async function attestOwn(
  tx: Writer,
  version: number,
  statementOf: (subject: Subject) => Statement,
  now_ms: number,
  known?: Pick<Manifest, 'files'>,
): Promise<string | undefined> {
  const { own } = trustedOn(tx)
  const manifest = own && (known ?? (await manifestOfVersion(tx, version)))
  const digests = manifest && attestedDigests(manifest.files)
  if (!own || digests?.dirHash === undefined) return undefined
  const statement = statementOf(subjectOf(await nameOfVersion(tx, version), digests))
  const bundle = await signStatement(own, statement)
  const kind: Kind = kindOf(statement)
  if (kind === 'scan') await deleteOwnOfKind(tx, version, kind)
  const { predicate_type } = statement
  const attestation_id = idOf(bundle)
  await insertAttestation(tx, version, { sha256: attestation_id, kind, predicate_type, bundle, received_by: null, received_ms: now_ms })
  return attestation_id
}

/** Gives a copy of a version what was attested and found of its files. */
export async function copyAttestations(tx: Writer, version: number, of: number): Promise<void> {
  await copyRows(tx, version, of)
  await copyScanTag(tx, version, of)
  await showSigners(tx, version)
}

/** A version that is deleted leaves none. */
export const forgetAttestations = (tx: Writer, version: number): Promise<void> => deleteRows(tx, version)

const idOf = (bundle: string): string => createHash('sha256').update(bundle).digest('hex')
