import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

const root = new URL('../..', import.meta.url).pathname

/** One line for each test that failed, then the counts; `MILLRACE_TEST_VERBOSE=1` also names the tests that passed, with their times. */
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const verbose = process.env.MILLRACE_TEST_VERBOSE !== undefined
  let passed = 0
  let failed = 0
  let skipped = 0
  const failures: string[] = []
  for await (const { type, data } of source) {
    if (type === 'test:stderr' || type === 'test:stdout') yield data.message
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const isSuite = data.details.type === 'suite'
    if (type === 'test:fail' && !(isSuite && isOfItsTests(data.details.error))) {
      failed++
      failures.push(`FAILED ${relative(root, data.file ?? '')}:${data.line ?? 0} ${data.name}: ${reason(data.details.error)}\n`)
      yield failures.at(-1) as string
    } else if (type === 'test:pass' && !isSuite) {
      if (data.skip !== undefined || data.todo !== undefined) skipped++
      else passed++
      if (verbose) yield `ok ${relative(root, data.file ?? '')} ${data.name} (${Math.round(data.details.duration_ms)} ms)\n`
    }
  }
  if (failures.length > 1) yield `\n${failures.join('')}`
  yield `\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`
}

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
