import { byParts, checkedHex, digestsOf, type FileDigest, type ModelDigests, rootDigest, SINGLE_FILE } from './digests.ts'
import { listIn, objectIn, textIn, type Unchecked } from './json.ts'
import { SignatureProblem } from './problem.ts'
import type { Statement } from './statement.ts'

/** The predicate of OpenSSF model signing since its version 1.0. */
export const MODEL_SIGNATURE = 'https://model_signing/signature/v1.0'
/** Those of 0.1 and 0.2, in which each file is a subject. */
const OLD_FILES = new Set(['https://model_signing/Digests/v0.1', 'https://model_signing/Digest/v0.1'])

/** What model_signing leaves out unless told otherwise. */
export const IGNORED_OF_GIT: readonly string[] = ['.git', '.gitattributes', '.github', '.gitignore']

/** How a model's files were made into digests. */
export type Serialization = {
  readonly hash: 'sha256' | 'blake2b'
  /** Files longer than this were hashed in pieces of this length. */
  readonly shard_bytes: number | undefined
  readonly allow_symlinks: boolean
  /** What was left out, by path. */
  readonly ignore_paths: readonly string[]
}

/** A file, or a piece of one, by its digest. */
export type Resource = { readonly path: string; readonly start: number; readonly end: number | undefined; readonly digest: string }

/** Which files a signature is over. */
export type SignedModel = { readonly name: string; readonly serialization: Serialization; readonly resources: readonly Resource[] }

const DIGEST_BYTES = { sha256: 32, blake2b: 64 } as const
const DEFAULTS: Serialization = { hash: 'sha256', shard_bytes: undefined, allow_symlinks: false, ignore_paths: [] }

/** A statement over files that were hashed whole. */
export function modelStatement(name: string, files: readonly FileDigest[], serialization: Partial<Serialization> = {}): Statement {
  const { allow_symlinks, ignore_paths } = { ...DEFAULTS, ...serialization }
  const sorted = files.toSorted((a, b) => byParts(a.path, b.path))
  return {
    subjects: [{ name, digest: { sha256: rootDigest(sorted.map(({ sha256 }) => sha256)) } }],
    predicate_type: MODEL_SIGNATURE,
    predicate: {
      serialization: {
        method: 'files',
        hash_type: 'sha256',
        allow_symlinks,
        ...(ignore_paths.length > 0 && { ignore_paths: [...ignore_paths] }),
      },
      resources: sorted.map(({ path, sha256 }) => ({ name: path || SINGLE_FILE, algorithm: 'sha256', digest: sha256 })),
    },
  }
}

/** Whether a statement is a model's signature, of this or an older version. */
export const isModelSignature = ({ predicate_type }: Statement): boolean =>
  predicate_type === MODEL_SIGNATURE || predicate_type.startsWith('https://model_signing/')

/** What a model's signature says. @throws SignatureProblem */
export function readSignedModel(statement: Statement): SignedModel {
  if (OLD_FILES.has(statement.predicate_type)) return readOld(statement)
  if (statement.predicate_type !== MODEL_SIGNATURE) {
    throw new SignatureProblem(
      `The signature is of the type ${statement.predicate_type.slice(0, 200)}, which can't be checked file by file.`,
    )
  }
  const [subject, ...more] = statement.subjects
  if (!subject || more.length > 0) throw new SignatureProblem('A model signature is about one model, by its root digest.')
  const serialization = readSerialization(objectIn(statement.predicate.serialization, 'The serialization'))
  const resources = listIn(statement.predicate.resources, 'The resources').map((raw) => readResource(raw, serialization))
  const root = rootDigest(resources.map(({ digest }) => digest))
  if (root !== subject.digest.sha256) {
    throw new SignatureProblem(`The signature contradicts itself: its files come to ${root}, and it says ${subject.digest.sha256}.`)
  }
  return { name: subject.name, serialization, resources: unique(resources) }
}

function readOld({ subjects, predicate_type }: Statement): SignedModel {
  const resources = subjects.map(({ name, digest }) => ({
    path: checkedPath(name),
    start: 0,
    end: undefined,
    digest: checkedHex(digest.sha256, 32, `The digest of '${name.slice(0, 200)}'`),
  }))
  if (predicate_type.includes('/Digest/') && resources.length !== 1) throw new SignatureProblem('This old signature is over one file.')
  return { name: '', serialization: { ...DEFAULTS, ignore_paths: IGNORED_OF_GIT }, resources: unique(resources) }
}

function readSerialization(raw: Unchecked): Serialization {
  const { method, hash_type, shard_size } = raw
  if (method !== 'files' && method !== 'shards') throw new SignatureProblem(`The files were serialized by '${method}', which is not known.`)
  if (hash_type !== 'sha256' && hash_type !== 'blake2b') {
    throw new SignatureProblem(`The files were hashed with '${hash_type}'; sha256 and blake2b can be checked here.`)
  }
  if (method === 'shards' && !(Number.isSafeInteger(shard_size) && (shard_size as number) > 0)) {
    throw new SignatureProblem('The length of the pieces (shard_size) is missing.')
  }
  return {
    hash: hash_type,
    shard_bytes: method === 'shards' ? (shard_size as number) : undefined,
    allow_symlinks: raw.allow_symlinks === true,
    ignore_paths: listIn(raw.ignore_paths ?? [], 'The ignored paths').map((path) => textIn(path, 'An ignored path')),
  }
}

function readResource(raw: unknown, { hash, shard_bytes }: Serialization): Resource {
  const { name, digest, algorithm } = objectIn(raw, 'A resource')
  const text = textIn(name, "A resource's name")
  const expected = shard_bytes === undefined ? hash : `${hash}-sharded-${shard_bytes}`
  if (algorithm !== expected) throw new SignatureProblem(`'${text.slice(0, 200)}' was hashed with '${algorithm}' and not with ${expected}.`)
  const hex = checkedHex(digest, DIGEST_BYTES[hash], `The digest of '${text.slice(0, 200)}'`)
  if (shard_bytes === undefined) return { path: checkedPath(text), start: 0, end: undefined, digest: hex }
  const piece = /^(.*):(\d{1,15}):(\d{1,15})$/s.exec(text)
  if (!piece) throw new SignatureProblem(`'${text.slice(0, 200)}' names no piece of a file (PATH:START:END).`)
  return { path: checkedPath(piece[1] as string), start: Number(piece[2]), end: Number(piece[3]), digest: hex }
}

function checkedPath(path: string): string {
  if (path === SINGLE_FILE) return path
  const parts = path.split('/')
  if (path === '' || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new SignatureProblem(`The signature names a file '${path.slice(0, 200)}', which is no path inside a model.`)
  }
  return path
}

function unique(resources: readonly Resource[]): readonly Resource[] {
  const names = new Set(resources.map(keyOf))
  if (names.size < resources.length) throw new SignatureProblem('The signature names a file twice.')
  return resources
}

/** The name under which a resource is compared. */
export const keyOf = ({ path, start, end }: Omit<Resource, 'digest'>): string => (end === undefined ? path : `${path}:${start}:${end}`)

/** The files of a signature and their digests, where they were hashed whole and with SHA-256; undefined else. */
export function filesOf({ serialization, resources }: SignedModel): readonly FileDigest[] | undefined {
  if (serialization.hash !== 'sha256' || serialization.shard_bytes !== undefined) return undefined
  return resources.map(({ path, digest }) => ({ path, sha256: digest }))
}

/** The digests of the model that was signed, by which attestations name it; undefined where its files were not hashed whole. */
export function digestsOfSigned(model: SignedModel): ModelDigests | undefined {
  const files = filesOf(model)
  return files && digestsOf(files)
}
