import { anyOf } from '../syntax/any-of.ts'
import type { Argument, Call } from '../syntax/facts.ts'
import type { Pair } from '../syntax/pairs.ts'
import type { Unit } from '../unit.ts'
import { isSecretManifest } from './kubernetes-secrets.ts'

/** A name that gets a fixed value. */
export type Given = {
  readonly name: string
  readonly value: string
  readonly line: number
  readonly end_line: number
  /** Whether it is a key of an object. */
  readonly is_key?: boolean
}

const SECRET_NAME = anyOf(
  'i',
  /(?:^|[_.-])(?:password|passwd|passphrase|pwd|secret|token)$/,
  /(?:^|[_.-])(?:api|access|secret|private|account)[_-]?key$/,
  /[_.-]pass$/,
)
/** What a model's vocabulary, a page of a list or a reader of texts calls a token. */
const OTHER_TOKEN = anyOf(
  'i',
  /(?:^|[_.-])(?:pad(?:ding)?|eos|bos|unk|oov|sep|cls|mask|stop|start|end|begin|image|audio|video|special|think|tool)_?token$/,
  /(?:^|[_.-])(?:user|assistant|system|delimiter|split|separator|instance|class|initializer|placeholder)_?token$/,
  /(?:^|[_.-])(?:page|continuation|next|csrf|xsrf)_?token$/,
)

/** Whether something of this name is kept from others: `db_password`, `clientSecret`, `API_KEY`. */
export function isSecretName(name: string): boolean {
  const snake = name.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
  return SECRET_NAME.test(snake) && !OTHER_TOKEN.test(snake)
}

const known = new WeakMap<Unit, readonly Given[]>()

/** The fixed values that names of secrets get in a unit, whichever way its language has to give them. */
export function givenSecrets(unit: Unit): readonly Given[] {
  const before = known.get(unit)
  if (before) return before
  const found = (READERS[unit.language]?.(unit) ?? []).filter(({ name }) => isSecretName(name))
  const placed = found.map((one) => ({ ...one, line: lineOf(one, unit.lines) }))
  known.set(unit, placed)
  return placed
}

/** Of what stands on several lines, the one with the value. */
function lineOf({ name, value, line, end_line }: Given, lines: readonly string[]): number {
  if (end_line === line) return line
  const own = lines.slice(line - 1, end_line)
  const [both, alone] = [own.findIndex((one) => one.includes(name) && one.includes(value)), own.findIndex((one) => one.includes(value))]
  return line + Math.max(0, both === -1 ? alone : both)
}

/** A text, as itself or as what a type for secrets is made of. */
const PYTHON_TEXT = /^(?:(?:\w+\.)?(?:SecretStr|Field)\(\s*(?:default\s*=\s*)?)?[bBuUrR]{0,2}(?:"([^"\n\\]*)"|'([^'\n\\]*)')\s*\)?$/
/** A text, also as what stands in for a variable that is not set. */
const JAVASCRIPT_TEXT =
  /^(?:(?:process\.env|import\.meta\.env)[\w.[\]'"]*\s*(?:\|\||\?\?)\s*)?(?:"([^"\n\\]*)"|'([^'\n\\]*)'|`([^`\n\\$]*)`)(?:\s+as\s+\w+)?$/

function ofProgram({ facts }: Unit, literal: RegExp): Given[] {
  const plain = ({ name, text, line }: { name: string; text: string; line: number }): Given[] => {
    const value = literal
      .exec(text)
      ?.slice(1)
      .find((one) => one !== undefined)
    return value === undefined ? [] : [{ name, value, line, end_line: line }]
  }
  return [
    ...facts.assignments.flatMap(({ names: [name = '', another], text, line }) =>
      another === undefined ? plain({ name, text, line }) : [],
    ),
    ...facts.properties.flatMap((one) => plain(one).map((given) => ({ ...given, is_key: true }))),
    ...facts.calls.flatMap(inCall),
  ]
}

const READS_BY_NAME = /(?:^|\.)(?:getenv|get|pop|setdefault)$/
const DECLARES = /(?:^|\.)(?:add_argument|option|Option|add_option)$/

/** `connect(password="…")`, `os.getenv("PASSWORD", "…")`, `add_argument("--password", default="…")`. */
function inCall({ name: called, args, line, end_line }: Call): Given[] {
  const [first, second] = args
  const given = (name: string | undefined, argument: Argument | undefined): Given[] =>
    name === undefined || argument?.value === undefined ? [] : [{ name, value: argument.value, line, end_line }]
  return [
    ...args.flatMap((one) => given(one.name, one)),
    ...(READS_BY_NAME.test(called)
      ? given(first?.value, second?.name === undefined || second.name === 'default' ? second : undefined)
      : []),
    ...(DECLARES.test(called)
      ? given(
          first?.value?.replace(/^--/, ''),
          args.find(({ name }) => name === 'default'),
        )
      : []),
  ]
}

function ofPairs({ pairs }: Unit): Given[] {
  return pairs.flatMap((pair, at) => {
    const { key, path, value, line, document } = pair
    // Of a Secret of Kubernetes another rule speaks.
    if (/^(?:data|stringData)\.[^.]+$/.test(path) && isSecretManifest(pairs, document)) return []
    // Compose writes variables as a list too: `- NAME=value`.
    const [, listed, set = ''] = /^([A-Za-z_]\w*)=(.*)$/.exec(key === 'environment' ? value : '') ?? []
    if (listed !== undefined) return [{ name: listed, value: set, line, end_line: line }]
    return [{ name: key === 'value' ? (nameBeside(pairs, at) ?? key) : key, value, line, end_line: line }]
  })
}

/** Kubernetes and others write variables as `name: NAME` and `value: …`, in either order. */
function nameBeside(pairs: readonly Pair[], at: number): string | undefined {
  const above = (path = ''): string => path.replace(/[^.]*$/, '')
  const is = (one: Pair | undefined): boolean => one?.key === 'name' && above(one.path) === above(pairs[at]?.path)
  return [pairs[at - 1], pairs[at + 1]].find(is)?.value
}

const ofImage = ({ lines }: Unit): Given[] =>
  lines.flatMap((line, at) =>
    /^\s*(?:ENV|ARG)\s/.test(line)
      ? [...line.replace(/^\s*(?:ENV|ARG)\s+/i, '').matchAll(/([\w-]+)[= ]["']?([^\s"']+)/g)].map(([, name = '', value = '']) => ({
          name,
          value,
          line: at + 1,
          end_line: at + 1,
        }))
      : [],
  )

const ofCommands = ({ commands }: Unit): Given[] =>
  commands.flatMap(({ words, line, end_line }) =>
    words.flatMap((word) => {
      const [, name, value = ''] = /^(?:-e)?(?:--)?([\w-]+)=(.+)$/s.exec(word) ?? []
      return name === undefined ? [] : [{ name, value, line, end_line }]
    }),
  )

const READERS: Partial<Record<Unit['language'], (unit: Unit) => Given[]>> = {
  python: (unit) => ofProgram(unit, PYTHON_TEXT),
  javascript: (unit) => ofProgram(unit, JAVASCRIPT_TEXT),
  yaml: ofPairs,
  json: ofPairs,
  config: ofPairs,
  dockerfile: ofImage,
  shell: ofCommands,
}
