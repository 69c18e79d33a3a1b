import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

const root = new URL('../..', import.meta.url).pathname

export type Counts = { readonly passed: number; readonly failed: number; readonly failures: readonly string[] }

/**
 * A line when a file is done, a line for each test that failed. The counts go to the file that `MILLRACE_TEST_COUNTS` names, for
 * main.ts's closing line, or end the report where it is not set. `MILLRACE_TEST_VERBOSE=1` also names the tests that passed.
 */
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const verbose = process.env.MILLRACE_TEST_VERBOSE !== undefined
  let passed = 0
  const failures: string[] = []
  for await (const { type, data } of source) {
    if (type === 'test:stderr' || type === 'test:stdout') yield data.message
    if (type === 'test:summary' && data.file !== undefined) yield ofFile(data)
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const isSuite = data.details.type === 'suite'
    if (type === 'test:fail' && !(isSuite && isOfItsTests(data.details.error))) {
      failures.push(`FAILED ${relative(root, data.file ?? '')}:${data.line ?? 0} ${data.name}: ${reason(data.details.error)}`)
      yield `${failures.at(-1)}\n`
    } else if (type === 'test:pass' && !isSuite) {
      // A test that was left out proves nothing, so it counts as failed.
      if (data.skip !== undefined || data.todo !== undefined) {
        failures.push(`FAILED ${relative(root, data.file ?? '')}:${data.line ?? 0} ${data.name}: it was left out`)
        yield `${failures.at(-1)}\n`
        continue
      }
      passed++
      if (verbose) yield `ok ${relative(root, data.file ?? '')} ${data.name} (${Math.round(data.details.duration_ms)} ms)\n`
    }
  }
  const counts: Counts = { passed, failed: failures.length, failures }
  const file = process.env.MILLRACE_TEST_COUNTS
  if (file) writeFileSync(file, JSON.stringify(counts))
  else yield `${passed} passed, ${failures.length} failed\n`
}

type Summary = { file?: string | undefined; success: boolean; counts: { passed: number }; duration_ms: number }

const ofFile = ({ file, success, counts, duration_ms }: Summary): string =>
  `${success ? 'ok' : 'failed'} ${relative(root, file ?? '')}: ${counts.passed} passed (${(duration_ms / 1000).toFixed(1)} s)\n`

// A suite fails when one of its tests does: that test has its own line.
const isOfItsTests = (error: Error): boolean => /subtests? failed/.test(error.message)

function reason(error: Error): string {
  const cause = (error.cause ?? error) as Error
  const where = /\(?(?:file:\/\/)?([^\s()]+\.ts:\d+):\d+\)?/.exec(
    String(cause.stack ?? '')
      .split('\n')
      .slice(1)
      .join('\n'),
  )
  const text = String(cause.message ?? cause).replace(/\s*\n\s*/g, ' | ')
  return `${text.slice(0, 600)}${where?.[1] ? ` (${relative(root, where[1])})` : ''}`
}
