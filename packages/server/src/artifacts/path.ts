import { FileDenied } from '../http/denied.ts'
import { invalid } from '../http/errors.ts'
import { Invalid, type Schema } from '../http/schema.ts'

/** Names from the root down, each checked: none of them can lead out of the folder that it is joined to. */
export type Segments = readonly string[]

/** A path of an artifact as a caller named it; `is_folder` when it ended in a slash. Plain data. */
export type ArtifactPath = { readonly segments: Segments; readonly is_folder: boolean }

/** The name under a disk's root where uploads grow; nobody may name it. */
export const UPLOADS_FOLDER = '.millrace-uploads'

const NAME_MAX_BYTES = 255
const PATH_MAX = 2048
const DECODE_ROUNDS_MAX = 16

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/
const SCHEME_OR_DRIVE = /^(?:[a-z]:|file:|[a-z][a-z0-9+.-]*:$)/i
/** MLflow's `log_image` before 3.10 put bare percent signs around numbers, which read as escapes by accident. */
const IMAGE_NAME = /^[^%]+%step%-?\d+%timestamp%-?\d+%[0-9a-z]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:%compressed)?\.[a-z]+$/

/** What is wrong with a name, as the end of a sentence; undefined when it is good. */
export function faultOfName(name: string): string | undefined {
  if (name === '') return 'it holds an empty name'
  if (name === '.' || name === '..') return ''
  if (name.includes('/') || name.includes('\\')) return 'a backslash does not separate names, "/" does'
  if (CONTROL.test(name) || !name.isWellFormed()) return 'it holds a control character, or bytes that are not UTF-8'
  // MLflow's clients refuse a listing in which such a name stands.
  if (name.includes('#')) return 'a name may not hold "#"'
  // Windows takes "a." and "a " for "a": two names of one file are two answers to "who may read it".
  if (name.endsWith('.') || name.endsWith(' ')) return 'a name may not end in a dot or a space'
  if (Buffer.byteLength(name) > NAME_MAX_BYTES) return `a name is longer than ${NAME_MAX_BYTES} bytes`
  if (hidesEscapes(name)) return 'it is percent-encoded more than once'
  return undefined
}

/**
 * Paths are decoded once, so what is still encoded is only a name to us. But a proxy or a store behind us may decode again: names that
 * would then become a separator, dots or a control character are refused.
 */
function hidesEscapes(name: string): boolean {
  if (!name.includes('%') || IMAGE_NAME.test(name)) return false
  let text = name
  for (let round = 0; ; round++) {
    const next = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (next === text) break
    if (round === DECODE_ROUNDS_MAX) return true
    text = next
  }
  return text !== name && (text === '.' || text === '..' || /[/\\]/.test(text) || CONTROL.test(text))
}

/** @throws ApiError INVALID_PARAMETER_VALUE; its message begins with "Invalid path", which MLflow's clients know. */
function parse(text: string): ArtifactPath {
  if (text.length > PATH_MAX) throw invalidPath(`it is longer than ${PATH_MAX} characters`)
  const segments = text.split('/')
  const is_folder = segments.length > 1 && segments.at(-1) === ''
  if (is_folder) segments.pop()
  // MLflow's tests compare the whole message for paths that climb or begin at the root.
  if (segments.includes('..') || segments[0] === '' || SCHEME_OR_DRIVE.test(segments[0] as string)) throw deniedPath(text)
  for (const segment of segments) {
    const fault = faultOfName(segment)
    if (fault !== undefined) throw deniedPath(text, fault)
  }
  if (segments[0] === UPLOADS_FOLDER) throw deniedPath(text, `the name ${UPLOADS_FOLDER} is reserved`)
  return { segments, is_folder }
}

const sentenceOf = (why: string): string => (why === '' ? 'Invalid path' : `Invalid path: ${why}.`)

/** The refusal of a path that fits no file or folder; `why` ends the sentence. */
export const invalidPath = (why = ''): Error => invalid(sentenceOf(why))

/** The refusal of a path that no honest caller spells, which is put on record. */
const deniedPath = (text: string, why = ''): Error => new FileDenied('INVALID_PARAMETER_VALUE', sentenceOf(why), 'path', text)

/**
 * The path of an artifact that a caller names, once decoded.
 * @throws ApiError INVALID_PARAMETER_VALUE for a path that climbs, is absolute, or has a name that could mean another file elsewhere.
 */
export const parseArtifactPath = (text: string): ArtifactPath => parse(text)

const schemaOf = (description: string, decode: (text: string) => ArtifactPath): Schema<ArtifactPath> => ({
  json: { type: 'string', maxLength: PATH_MAX, description },
  decode(raw) {
    if (typeof raw !== 'string') throw new Invalid('a string is needed.', raw)
    return decode(raw)
  },
  encode: (value) => JSON.stringify(value.segments.join('/')),
})

/** The path of one artifact: `model/weights.bin`. */
export const artifactPath = schemaOf('Names joined by "/", below the artifact root', parse)

/** The path of a folder; the empty text is the root itself. */
export const folderPath = schemaOf('Names joined by "/", below the artifact root; the root itself when left out', (text) =>
  text === '' ? { segments: [], is_folder: true } : parse(text),
)

/**
 * The last name of a file on a caller's own machine: MLflow's client sends the whole local path with a multipart upload. Its folders mean
 * nothing to us; but a path that climbs or hides something is no honest one.
 */
export function lastNameOf(local_path: string): string {
  const names = local_path.split(/[/\\]/)
  const name = names.at(-1) as string
  if (names.includes('..') || names.includes('.')) throw deniedPath(local_path)
  for (const one of names) {
    if (one !== '' && (CONTROL.test(one) || hidesEscapes(one))) throw deniedPath(local_path, faultOfName(one) ?? '')
  }
  const fault = SCHEME_OR_DRIVE.test(name) ? '' : faultOfName(name)
  if (fault !== undefined) throw deniedPath(local_path, fault)
  return name
}
