import { withoutPasswords } from '@millrace/server/config'

type Stream = { write(line: string): void }
type Line = { level: number; time: string; msg?: string; err?: { message?: string; stack?: string }; [field: string]: unknown }

const LEVELS: { readonly [level: number]: string } = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' }
const QUIET = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err', 'reqId'])

/** Where the server's log goes: to stderr, as a line for people on a terminal and as JSON elsewhere. No password of a URI gets through. */
export function logStream(stderr: NodeJS.WriteStream = process.stderr): Stream {
  const shape = stderr.isTTY ? forPeople : (line: string) => line
  return { write: (line) => void stderr.write(withoutPasswords(shape(line))) }
}

/** `12:03:04 warn  what happened  field=value` */
export function forPeople(text: string): string {
  const line = JSON.parse(text) as Line
  const time = new Date(line.time).toTimeString().slice(0, 8)
  const fields = Object.entries(line).filter(([name]) => !QUIET.has(name))
  const rest = fields.map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`).join('')
  const said = printable(`${time} ${(LEVELS[line.level] ?? String(line.level)).padEnd(5)} ${line.msg ?? ''}${rest}`)
  const stack = line.err ? `\n${(line.err.stack ?? line.err.message ?? '').split('\n').map(printable).join('\n')}` : ''
  return `${said}${stack}\n`
}

// What a client sent may be in a message: it must not move the cursor or forge a line.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g
const printable = (text: string): string => text.replace(CONTROL, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
