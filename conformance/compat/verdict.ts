/** What a suite's run came to, test by test: its result as pytest names it, and the first line of what went wrong. */
export type Outcome = { readonly passed: boolean; readonly message: string }

/** A test that may fail, and why. */
export type Expected = ReadonlyMap<string, string>

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal))
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
    return ENTITIES[name] ?? whole
  })

const attribute = (text: string, name: string): string => unescaped(new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? '')

/**
 * Reads the report that pytest writes with `--junitxml`. Skipped tests are left out. A test that passed, and whose fixture failed
 * afterwards, stands there twice and counts as failed.
 */
export function readOutcomes(xml: string): Map<string, Outcome> {
  const outcomes = new Map<string, Outcome>()
  for (const [, attributes = '', content = ''] of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const name = `${attribute(attributes, 'classname').replaceAll('.', '/')}.py::${attribute(attributes, 'name')}`
    const problem = /<(?:failure|error)\b([^>]*)>/.exec(content)
    if (problem) outcomes.set(name, { passed: false, message: attribute(problem[1] ?? '', 'message').split('\n')[0] ?? '' })
    else if (!/<skipped\b/.test(content) && !outcomes.has(name)) outcomes.set(name, { passed: true, message: '' })
  }
  return outcomes
}

/**
 * Reads a list of expected failures: one test a line, below a comment line that gives the reason for those that follow it.
 * @throws Error on a test that has no reason above it, or stands there twice
 */
export function readExpected(text: string): Map<string, string> {
  const expected = new Map<string, string>()
  let reason: string | undefined
  for (const line of text.split('\n')) {
    const entry = line.trim()
    if (entry === '') reason = undefined
    else if (entry.startsWith('#')) reason = entry.replace(/^#+\s*/, '')
    else if (reason === undefined) throw new Error(`${entry} has no reason: write one on a line that begins with # above it.`)
    else if (expected.has(entry)) throw new Error(`${entry} is listed twice.`)
    else expected.set(entry, reason)
  }
  return expected
}

/**
 * Holds the outcomes against the list, which may only shrink: a failure that isn't listed is a problem, and so is a listed test that
 * passes. `applicable` names the tests that MLflow passes when it is a process of its own; failures of others say nothing about us.
 */
export function judge(outcomes: ReadonlyMap<string, Outcome>, expected: Expected, applicable: ReadonlySet<string>): string[] {
  const problems: string[] = []
  for (const [name, { passed, message }] of outcomes) {
    if (passed && expected.has(name)) problems.push(`PASSES ${name}: strike it off the list of expected failures (${expected.get(name)})`)
    else if (!passed && applicable.has(name) && !expected.has(name)) problems.push(`FAILED ${name}: ${message.slice(0, 200)}`)
  }
  for (const name of expected.keys()) {
    if (!applicable.has(name)) problems.push(`UNKNOWN ${name}: the list names a test that isn't among the applicable ones`)
  }
  return problems.sort()
}
