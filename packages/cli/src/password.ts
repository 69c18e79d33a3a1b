import type { Readable, Writable } from 'node:stream'
import { ConfigProblem, type Environment, Secret, secretIn } from '@millrace/server/config'

/** A terminal that can keep what is typed to itself. */
export type Terminal = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }

const LENGTH_MAX = 4096
const [ENTER, LINE_FEED, CTRL_C, CTRL_D, CTRL_U, BACKSPACE, DELETE] = ['\r', '\n', '\x03', '\x04', '\x15', '\b', '\x7f']

/** How a password is told, for `--help`: never by a flag, which every process of the machine can read. */
export const PASSWORD_DETAILS =
  'The password is asked for at the terminal, or read from standard input, from MILLRACE_USER_PASSWORD or from the file that ' +
  'MILLRACE_USER_PASSWORD_FILE names; no flag takes it, since everybody on the machine can read a command line.'

/** The password that a command sets. @throws ConfigProblem when none is told */
export async function readPassword(env: Environment, whose: string, input: Terminal = process.stdin): Promise<Secret> {
  const told = secretIn(env, 'MILLRACE_USER_PASSWORD')
  if (told !== undefined) return new Secret(told)
  const password = input.isTTY ? await askTwice(whose, input, process.stderr) : await firstLine(input)
  if (password === '') throw new ConfigProblem(`No password was given for ${whose}: type it, or pipe it in.`)
  return new Secret(password)
}

async function firstLine(input: Readable): Promise<string> {
  let text = ''
  for await (const chunk of input) {
    text += chunk
    if (text.includes('\n') || text.length > LENGTH_MAX) break
  }
  return text.split(/\r?\n/, 1)[0] as string
}

async function askTwice(whose: string, input: Terminal, output: Writable): Promise<string> {
  const password = await ask(`Password for ${whose}: `, input, output)
  if ((await ask('Again: ', input, output)) !== password) throw new ConfigProblem('The two passwords differ: nothing was changed.')
  return password
}

/** Asks at a terminal, which shows nothing of what is typed. */
export function ask(question: string, input: Terminal, output: Writable): Promise<string> {
  output.write(question)
  input.setRawMode?.(true)
  input.setEncoding('utf8')
  return new Promise((resolve, reject) => {
    let typed: string[] = []
    const end = (): void => {
      input.off('data', take)
      input.setRawMode?.(false)
      input.pause()
      output.write('\n')
    }
    const take = (text: string): void => {
      for (const key of text) {
        if (key === ENTER || key === LINE_FEED || key === CTRL_D) {
          end()
          resolve(typed.join(''))
          return
        }
        if (key === CTRL_C) {
          end()
          reject(new ConfigProblem('Nothing was changed.'))
          return
        }
        if (key === CTRL_U) typed = []
        else if (key === BACKSPACE || key === DELETE) typed.pop()
        else if (typed.length < LENGTH_MAX) typed.push(key)
      }
    }
    input.on('data', take)
    input.resume()
  })
}
