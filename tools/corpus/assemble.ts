import { raw, uint } from './case.ts'

/** Operations of pickles, as text in Latin-1; they are put together with `pickle`. */
const latin = (bytes: Buffer): string => bytes.toString('latin1')

export const proto = (version: number): string => `\x80${String.fromCharCode(version)}`
export const STOP = '.'
export const MARK = '('
export const text = (value: string): string => `\x8c${String.fromCharCode(value.length)}${value}`
export const longText = (value: string): string => `X${latin(uint(value.length, 4))}${value}`
export const bytes = (value: string): string => `B${latin(uint(value.length, 4))}${value}`
export const global = (module: string, name: string): string => `c${module}\n${name}\n`
export const stackGlobal = (module: string, name: string): string => `${text(module)}${text(name)}\x93`
export const frame = (length: number): string => `\x95${latin(uint(length, 8))}`
/** A tuple of one text, and the call. */
export const call = (argument: string): string => `${text(argument)}\x85R`

/** A pickle that calls `module.name(argument)`, in the oldest protocol. */
export const old = (module: string, name: string, argument = 'true'): string => `c${module}\n${name}\n(S'${argument}'\ntR.`

/** The same in protocol 2 to 5. */
export function modern(version: number, module: string, name: string, argument = 'true'): string {
  const named = version >= 4 ? stackGlobal(module, name) : global(module, name)
  const value = version >= 4 ? text(argument) : longText(argument)
  const body = `${named}${value}\x85R.`
  return version >= 4 ? `${proto(version)}${frame(body.length)}${body}` : `${proto(version)}${body}`
}

export const pickle = (...parts: readonly string[]): Buffer => raw(parts.join(''))
