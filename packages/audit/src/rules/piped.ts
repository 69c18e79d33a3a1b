import { type Command, program } from '../syntax/commands.ts'
import { isProgram } from './places.ts'

const SHELLS = ['sh', 'bash', 'zsh', 'python', 'python3', 'node', 'perl']

/** `python -m json.tool` and `node -e` read the pipe as data. */
const runsItsInput = (words: readonly string[]): boolean =>
  isProgram(words, ...SHELLS) && !(/python|node|perl/.test(words[0] ?? '') && words.some((word) => /^-[a-z]*[mcep]$/.test(word)))

/** Whether a command, or one that its output goes on into, runs what it gets: looked at once of each. */
const running = new WeakMap<Command, boolean>()

function isRun(first: Command | undefined): boolean {
  const passed: Command[] = []
  let is_run = false
  for (let at = first; at && !is_run; at = at.into) {
    const known = running.get(at)
    is_run = known ?? runsItsInput(program(at))
    if (known === false) break
    passed.push(at)
  }
  for (const one of passed) running.set(one, is_run)
  return is_run
}

/** Whether a command downloads something that is run at once. */
export function piped(words: readonly string[], command: { into?: Command }): boolean {
  if (isProgram(words, 'curl', 'wget') && isRun(command.into)) return true
  return isProgram(words, ...SHELLS, 'eval', 'source', '.') && words.some((word) => /(?:\$\(|`|<\()\s*(?:curl|wget)\b/.test(word))
}
