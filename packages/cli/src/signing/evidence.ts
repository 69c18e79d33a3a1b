import { existsSync } from 'node:fs'
import type { MillraceClient } from '@millrace/client'
import { ConfigProblem, type Environment, type Given, textOfFile } from '@millrace/server/config'
import {
  attestedDigests,
  type Bundle,
  type chainOf,
  differenceFrom,
  differenceOf,
  filesOf,
  hashModel,
  hashResources,
  IGNORED_OF_GIT,
  isModelSignature,
  isUnder,
  type ModelFile,
  mayBeLeftOut,
  modelFiles,
  readBundle,
  readBundles,
  readSignedModel,
  readStatement,
  type SignedModel,
} from '@millrace/sign'
import { listOf, textOf } from './key-options.ts'
import { fileDigests, onRecord } from './on-record.ts'
import { hashProgress, placesOf } from './places.ts'
import { asking, type NamedVersion, requiredVersion, trackingClient } from './tracking.ts'

/** A model at hand: what the chain is held against, and what is told of it. */
export type Evidence = {
  readonly bundles: readonly Bundle[]
  readonly model: Parameters<typeof chainOf>[1] & { readonly files: number; readonly bytes: number; readonly left_out: readonly string[] }
}

/** The files of this machine, and what is signed of them: in files beside them, or on a server. @throws ConfigProblem, SignatureProblem */
export async function localModel(given: Given, env: Environment, path: string | undefined): Promise<Evidence> {
  const places = placesOf(given, path, 'verify')
  const from = textOf(given, 'from')
  const version = from === undefined ? undefined : requiredVersion(from, '--from')
  const bundles = version
    ? await bundlesFrom(trackingClient(given, env), version)
    : [...bundlesIn(given, 'signature', places.signature), ...bundlesIn(given, 'attestations', places.attestations)]
  const ignored = listOf(given, 'ignore-paths')
  const signatures = bundles.flatMap(signedModelIn)
  const leaveOut = (inside: string): boolean =>
    isUnder(inside, ignored) || places.beside.includes(inside) || leftOutByAll(signatures, inside)
  const { files, ignored: left_out } = modelFiles(places.path, { leaveOut, allow_symlinks: given['allow-symlinks'] === true })
  const hashed = await hashModel(files, hashProgress())
  const digests = attestedDigests(hashed)
  const model = {
    digests,
    ...(version && { on_record: await onRecord(trackingClient(given, env), version, digests.sha256) }),
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    left_out,
    differenceFrom: (signed: SignedModel) => (filesOf(signed) ? differenceFrom(signed, hashed) : differenceByPieces(signed, files)),
  }
  return { bundles, model }
}

/** What a server has on record of a version: the digests of its files, and what is signed of them. */
export async function recordedModel(given: Given, env: Environment, version: NamedVersion): Promise<Evidence> {
  const client = trackingClient(given, env)
  const what = `models:/${version.name}/${version.version}`
  const manifest = await asking(what, () => client.call('GET /api/2.0/millrace/model-versions/manifest', version))
  const files = fileDigests(manifest.files)
  const digests = attestedDigests(files)
  const model = {
    digests,
    on_record: await onRecord(client, version, digests.sha256),
    files: files.length,
    bytes: manifest.bytes,
    left_out: [],
    differenceFrom: (signed: SignedModel) => differenceFrom(signed, files),
  }
  return { bundles: await bundlesFrom(client, version), model }
}

const leftOutByAll = (signatures: readonly SignedModel[], path: string): boolean =>
  signatures.length === 0
    ? isUnder(path, IGNORED_OF_GIT)
    : signatures.every(({ serialization }) => mayBeLeftOut(path, serialization.ignore_paths))

async function differenceByPieces(signed: SignedModel, files: readonly ModelFile[]): Promise<ReturnType<typeof differenceOf>> {
  const counted = files.filter(({ path }) => !mayBeLeftOut(path, signed.serialization.ignore_paths))
  return differenceOf(signed.resources, await hashResources(counted, signed.serialization, hashProgress()))
}

function bundlesIn(given: Given, flag: 'signature' | 'attestations', file: string): readonly Bundle[] {
  if (!existsSync(file)) {
    if (textOf(given, flag) === undefined) return []
    throw new ConfigProblem(`--${flag}: ${file} is not there.`)
  }
  return readBundles(textOfFile(file, `--${flag}`))
}

async function bundlesFrom(client: MillraceClient, version: NamedVersion): Promise<readonly Bundle[]> {
  const what = `models:/${version.name}/${version.version}`
  const { attestations } = await asking(what, () => client.call('GET /api/2.0/millrace/attestations/list', version))
  const bundles: Bundle[] = []
  for (const { attestation_id } of attestations) {
    const { bundle } = await asking(what, () => client.call('GET /api/2.0/millrace/attestations/get', { ...version, attestation_id }))
    bundles.push(readBundle(bundle))
  }
  return bundles
}

/** Which files a bundle says it is over, before anybody knows whether that is true: so much decides only what is left out of the walk. */
function signedModelIn({ envelope }: Bundle): readonly SignedModel[] {
  try {
    const statement = readStatement(envelope.payload, envelope.payload_type)
    return isModelSignature(statement) ? [readSignedModel(statement)] : []
  } catch {
    // The chain tells what is wrong with it.
    return []
  }
}
