import { folderPath } from '../../artifacts/index.ts'
import { FileDenied } from '../../http/denied.ts'
import { ApiError } from '../../http/errors.ts'
import { AliasName, RegisteredName } from '../names.ts'

/**
 * What a client named as a version's source, as a value. It is read out of the text once; the text is kept to be shown, and never opened.
 * - `run`: a path in a run's artifacts
 * - `logged_model`: the files of a logged model
 * - `registered`: another version, from which this one is copied
 * - `place`: a folder or an address; it is good when it lies among the artifacts of the run or logged model that the request names,
 *   and what is not `local` may else be recorded as somebody else's, which this server never opens
 */
export type Source =
  | { readonly kind: 'run'; readonly run_id: string; readonly path: string }
  | { readonly kind: 'logged_model'; readonly model_id: string }
  | { readonly kind: 'registered'; readonly name: string; readonly version: number }
  | { readonly kind: 'registered'; readonly name: string; readonly alias: string }
  | { readonly kind: 'place'; readonly uri: string; readonly otherwise: 'external' | 'refused' | 'local' }

const SOURCE_MAX = 2048
const DECODE_ROUNDS_MAX = 16
/**
 * Stores that clients reach by themselves: such a source is recorded and never opened here (docs/decisions/0004-external-sources.md).
 * Schemes that a server has been made to fetch from are not among them (security case SS-07).
 */
const EXTERNAL = new Set(['mlflow-artifacts', 's3', 's3a', 'gs', 'wasb', 'wasbs', 'abfs', 'abfss', 'oss'])
/** Azure names a container before the at sign; anywhere else it would be a user of somebody's host. */
const AT_SIGN = new Set(['wasb', 'wasbs', 'abfs', 'abfss'])
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/
const NEVER = /[\\?#;]/

/** The refusal of a source; `why` is a sentence. */
export const badSource = (text: string, why: string): ApiError =>
  new FileDenied('INVALID_PARAMETER_VALUE', `Invalid model version source: '${text.slice(0, 200)}'. ${why}`, 'source', text)

/** The refusal of a folder that is not the request's run's or model's; the same whether or not it is there. */
export const notOurs = (text: string): ApiError =>
  badSource(
    text,
    'To use a local path as a model version source, give the run_id of its run, or the model_id of its logged model: ' +
      'the path must lie among their artifacts.',
  )

/** @throws ApiError INVALID_PARAMETER_VALUE for what is of no known kind, or could mean another place to somebody else */
export function parseSource(text: string): Source {
  if (text.length > SOURCE_MAX) throw badSource(text, `It is longer than ${SOURCE_MAX} characters.`)
  const [, scheme, rest = ''] = SCHEME.exec(text) ?? []
  const local = scheme === undefined || scheme === 'file'
  refuseTricks(text, local)
  if (local) return { kind: 'place', uri: localPlace(text, scheme === 'file' ? rest : undefined), otherwise: 'local' }
  if (scheme === 'runs') return runSource(text, rest)
  if (scheme === 'models') return modelSource(text, rest)
  if (scheme === 'http' || scheme === 'https') return { kind: 'place', uri: text, otherwise: 'refused' }
  if (EXTERNAL.has(scheme)) {
    requireAuthority(text, scheme, rest)
    return { kind: 'place', uri: text, otherwise: 'external' }
  }
  throw badSource(text, `'${scheme}:' is not a kind of source that is taken: use runs:/, models:/, or one of ${[...EXTERNAL].join(', ')}.`)
}

/** The host is a plain name, a bucket or a container: whoever reads the text later must find the same one in it. */
function requireAuthority(text: string, scheme: string, rest: string): void {
  const authority = /^\/\/([^/]*)/.exec(rest)?.[1]
  if (authority === undefined && scheme === 'mlflow-artifacts') return
  const [container, account, ...more] = (authority ?? '').split('@')
  const good = AT_SIGN.has(scheme) ? container !== '' && more.length === 0 : account === undefined
  if (!good || authority === '' || authority === undefined || !/^[\w.@:-]+$/.test(authority)) {
    throw badSource(
      text,
      `Write it as ${scheme}://${AT_SIGN.has(scheme) ? 'CONTAINER@ACCOUNT' : 'BUCKET'}/path, without a user or a password.`,
    )
  }
}

/** Others may decode what we keep: it must have no second meaning after any number of rounds. */
function refuseTricks(text: string, local: boolean): void {
  let decoded = text
  for (let round = 0; ; round++) {
    const next = decoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (next === decoded) break
    if (round === DECODE_ROUNDS_MAX) throw badSource(text, 'It is percent-encoded over and over.')
    decoded = next
  }
  const climbs = (one: string): boolean => one.split('/').includes('..')
  // A local path's plain dots are resolved, and where they lead is then looked at.
  if (CONTROL.test(decoded) || (climbs(decoded) && !(local && climbs(text)))) {
    throw badSource(
      text,
      'If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, ' +
        'its path must be absolute, with neither relative parts such as ".." nor control characters.',
    )
  }
  if (NEVER.test(decoded) || !decoded.isWellFormed()) {
    throw badSource(text, 'It must hold no backslash, query, fragment or parameters.')
  }
}

/** A folder of this machine with its dots resolved by their names alone: the disk is not asked. */
function localPlace(text: string, rest: string | undefined): string {
  if (rest !== undefined && /^\/\/[^/]/.test(rest)) {
    const host = rest.slice(2).split('/')[0] as string
    if (!/^[\w-]+(\.[\w-]+)+$/.test(host) || host.startsWith('127.')) throw notOurs(text)
    // MLflow answers this as a fault of the server, and its tests hold it to that.
    throw new ApiError('INVALID_STATE', `'${text.slice(0, 200)}' is not a valid remote uri: a file: URI names no other machine.`)
  }
  const path = rest === undefined ? text : rest.replace(/^\/\/(?=\/)/, '')
  if (!path.startsWith('/') || path.startsWith('//')) throw notOurs(text)
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '..') {
      if (names.pop() === undefined) throw notOurs(text)
    } else if (name !== '' && name !== '.') names.push(name)
  }
  return `${rest === undefined ? '' : 'file://'}/${names.join('/')}`
}

function runSource(text: string, rest: string): Source {
  const [, run_id, path = ''] = /^\/([\w-]{1,64})(?:\/(.*))?$/.exec(rest) ?? []
  if (run_id === undefined) throw badSource(text, 'Write runs:/RUN_ID/path/of/the/model.')
  try {
    return { kind: 'run', run_id, path: folderPath.decode(path).segments.join('/') }
  } catch (error) {
    throw badSource(text, error instanceof ApiError ? error.message : 'Its path can not be read.')
  }
}

function modelSource(text: string, rest: string): Source {
  const wrong = badSource(text, 'Write models:/NAME/VERSION, models:/NAME@ALIAS or models:/m-ID.')
  const logged = /^\/(m-[\w-]{1,64})$/.exec(rest)?.[1]
  if (logged !== undefined) return { kind: 'logged_model', model_id: logged }
  const [, name, version, alias] = /^\/([^/@]+)(?:\/(\d{1,15})|@([^/@]+))$/.exec(rest) ?? []
  if (name === undefined) throw wrong
  try {
    RegisteredName.decode(name)
    if (alias !== undefined) return { kind: 'registered', name, alias: AliasName.decode(alias) }
  } catch {
    throw wrong
  }
  return { kind: 'registered', name, version: Number(version) }
}
