import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Settings } from '../config.ts'
import { FileDenied } from '../http/denied.ts'
import { ApiError, invalid } from '../http/errors.ts'
import { faultOfName, type Segments } from './path.ts'

/**
 * Where artifacts are kept, as a value instead of a text: what a text can smuggle (queries, fragments, hosts, encoded dots) has no place in
 * it. `proxied` is what this server hands through: the same names below `artifacts_destination`.
 */
export type Location =
  | { readonly kind: 'proxied'; readonly segments: Segments }
  | { readonly kind: 'disk'; readonly segments: Segments }
  | { readonly kind: 's3'; readonly bucket: string; readonly segments: Segments }

export const LOCATION_MAX = 2048
const ARTIFACTS_API = '/api/2.0/mlflow-artifacts/artifacts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const NEVER = /[\\?#;\u0000-\u001f\u007f-\u009f]/
const SCHEME = /^([^/:]*):/

/** @throws ApiError INVALID_PARAMETER_VALUE */
const refuse = (why: string): never => {
  throw invalid(`Invalid artifact_location: ${why}. Leave it out to keep artifacts below this server's own artifact root.`)
}

/** Names of a path that begins at its root; one slash at the end is forgiven. */
function segmentsOf(path: string, decode: boolean): Segments {
  const names = path.replace(/^\//, '').replace(/\/$/, '').split('/')
  if (names.length === 1 && names[0] === '') return []
  return names.map((raw) => {
    const name = decode ? decodeOnce(raw) : raw
    const fault = faultOfName(name)
    return fault === undefined ? name : refuse(fault || 'it climbs out of its folder')
  })
}

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return refuse('it is not percent-encoded UTF-8')
  }
}

/** A text as a location, without asking whether this server may go there. No DNS, no disk, no network. */
function parse(text: string, own_urls: readonly string[]): Location {
  if (text.length > LOCATION_MAX) refuse(`it is longer than ${LOCATION_MAX} characters`)
  if (NEVER.test(text)) refuse('it holds a query, a fragment, parameters, a backslash or a control character')
  const scheme = SCHEME.exec(text)?.[1]
  if (scheme === undefined) return { kind: 'disk', segments: localSegments(text) }
  const rest = text.slice(scheme.length + 1)
  if (scheme === 'file') {
    if (!rest.startsWith('///') || rest.startsWith('////')) refuse('a file URI must have the form file:///folder')
    return { kind: 'disk', segments: segmentsOf(rest.slice(2), true) }
  }
  if (scheme === 's3') {
    const [, bucket, path = ''] =
      /^\/\/([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])(\/.*)?$/.exec(rest) ?? refuse('it names no bucket as s3://bucket/prefix')
    return { kind: 's3', bucket: bucket as string, segments: segmentsOf(path, false) }
  }
  if (scheme === 'mlflow-artifacts' && /^\/(?!\/)/.test(rest)) return { kind: 'proxied', segments: segmentsOf(rest, true) }
  const own = own_urls.find((url) => text === url || text.startsWith(`${url}/`))
  if (own === undefined) return refuse('this server keeps no artifacts under such an address, and opens no other')
  return { kind: 'proxied', segments: segmentsOf(text.slice(own.length), true) }
}

function localSegments(text: string): Segments {
  if (text.startsWith('//')) refuse('it names another machine')
  return segmentsOf(text.startsWith('/') ? text : `${process.cwd()}/${text}`, false)
}

/** The places that this server was told to use: nothing else is ever opened. */
export type Roots = {
  readonly locations: readonly Location[]
  /** Under which URLs a client may reach the artifacts that this server hands through, as the operator spelled them. */
  readonly own_urls: readonly string[]
  /** Where they are kept. */
  readonly destination: Location
}

/**
 * A root as the operator wrote it: a folder, `file:`, `s3:`, `mlflow-artifacts:` or this server's own http address. Undefined for any
 * other: clients may write to such a place themselves, and this server never opens it.
 */
function parseRoot(text: string): { location: Location; own_url?: string } | undefined {
  const bare = text.replace(/\/+$/, '')
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase() ?? ''
  if (scheme === 's3') return { location: parse(bare, []) }
  if (scheme === 'file') return { location: { kind: 'disk', segments: absolute(fileURLToPath(text)) } }
  if (scheme === 'mlflow-artifacts' || scheme === 'http' || scheme === 'https') {
    const path = bare.replace(/^[a-z-]+:(\/\/[^/]*)?/i, '')
    const is_api = path.startsWith(ARTIFACTS_API)
    if (!is_api && scheme !== 'mlflow-artifacts') return undefined
    const below = is_api ? path.slice(ARTIFACTS_API.length) : path
    const own_url = bare.slice(0, bare.length - below.length)
    return { location: { kind: 'proxied', segments: segmentsOf(below, true) }, ...(/:\/\//.test(own_url) && { own_url }) }
  }
  return scheme.length > 1 ? undefined : { location: { kind: 'disk', segments: absolute(text) } }
}

const absolute = (path: string): Segments => resolve(path).split(/[/\\]/).filter(Boolean)

/**
 * Reads the roots from the settings.
 * @throws Error when the destination is of a kind that this server can't use */
export function rootsOf(settings: Settings): Roots {
  const roots = [settings.default_artifact_root, ...(settings.allowed_artifact_roots ?? [])].flatMap((text) => parseRoot(text) ?? [])
  const destination = parseRoot(settings.artifacts_destination)?.location
  if (!destination || destination.kind === 'proxied') {
    throw new Error(`The artifacts destination must be a folder or an s3:// location, and ${settings.artifacts_destination} is neither.`)
  }
  // What is handed through is open to clients as a whole, below the destination.
  const served: Location[] = settings.serve_artifacts ? [{ kind: 'proxied', segments: [] }] : []
  return {
    locations: [...served, destination, ...roots.map((root) => root.location)],
    own_urls: roots.flatMap((root) => root.own_url ?? []),
    destination,
  }
}

/** Whether the first is the second, or lies below it. */
const isBelow = (location: Location, root: Location): boolean =>
  location.kind === root.kind &&
  (location.kind !== 's3' || root.kind !== 's3' || location.bucket === root.bucket) &&
  root.segments.every((segment, at) => location.segments[at] === segment)

/** A location together with the configured root below which it lies. */
export type Placed = { readonly location: Location; readonly root: Location }

/**
 * A location that a client gave, or that the database holds: parsed once, and good only at or below one of the configured roots.
 * @throws ApiError INVALID_PARAMETER_VALUE
 */
export function placeLocation(text: string, roots: Roots): Placed {
  try {
    return placed(text, roots)
  } catch (error) {
    throw error instanceof ApiError ? new FileDenied(error.code, error.message, 'location', text) : error
  }
}

function placed(text: string, roots: Roots): Placed {
  const location = parse(text, roots.own_urls)
  const root = roots.locations.find((one) => isBelow(location, one))
  return root ? { location, root } : refuse('it lies below none of the artifact roots that this server is set up with')
}
