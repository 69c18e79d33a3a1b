import { Invalid, type Schema, string } from '../http/schema.ts'

const NAME_MAX = 250
// Nearly every name: nothing in it that a path could resolve.
const PLAIN = /^[A-Za-z0-9_\- :]+$/
// MLflow's rule, which is Python's \w: letters and numerals of any script.
const ALLOWED = /^[/\p{L}\p{N}_.\- :]*$/u

/** Clients that keep runs in folders make files of these names: `a/../b`, `/a` and `a//b` would be other names there. */
function resolvesToItself(name: string): boolean {
  return name.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
}

const text = string({ min: 1, max: NAME_MAX })

/** The name of a metric, a param or a tag: letters, numerals and `_ - . : /` and spaces, 250 characters at most, not like `../a`. */
export const entityName: Schema<string> = {
  ...text,
  json: { ...text.json, pattern: ALLOWED.source },
  decode(raw) {
    const name = text.decode(raw)
    if (PLAIN.test(name)) return name
    if (!ALLOWED.test(name)) {
      throw new Invalid('Names may only contain letters, numerals, underscores, dashes, periods, spaces, colons and slashes.', raw)
    }
    if (!resolvesToItself(name)) throw new Invalid("as a file's path this name would be another one or lead elsewhere.", raw)
    return name
  },
}
