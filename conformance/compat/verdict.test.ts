import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, readExpected, readOutcomes } from './verdict.ts'

const XML = `<?xml version="1.0"?><testsuites><testsuite>
<testcase classname="tests.tracking.test_a" name="test_good[a&quot;b]" time="0.1" />
<testcase classname="tests.tracking.test_a" name="test_bad" time="0.1">
<failure message="AssertionError: 1 &lt; 0&#10;more">text</failure></testcase>
<testcase classname="tests.tracking.test_a" name="test_skipped" time="0.1"><skipped type="pytest.skip" message="no">x</skipped></testcase>
<testcase classname="tests.tracking.test_a" name="test_teardown" time="0.1"></testcase>
<testcase classname="tests.tracking.test_a" name="test_teardown" time="0.1"><error message="left over">text</error></testcase>
</testsuite></testsuites>`
const GOOD = 'tests/tracking/test_a.py::test_good[a"b]'
const BAD = 'tests/tracking/test_a.py::test_bad'
const TEARDOWN = 'tests/tracking/test_a.py::test_teardown'
const ALL = new Set([GOOD, BAD, TEARDOWN])

test('outcomes are read from the report of pytest', () => {
  assert.deepEqual(
    [...readOutcomes(XML)],
    [
      [GOOD, { passed: true, message: '' }],
      [BAD, { passed: false, message: 'AssertionError: 1 < 0' }],
      [TEARDOWN, { passed: false, message: 'left over' }],
    ],
  )
})

test('a failure that is not listed is a problem, and so is a listed test that passes', () => {
  const expected = readExpected(`# a reason\n${GOOD}\n`)
  assert.deepEqual(judge(readOutcomes(XML), expected, ALL), [
    `FAILED ${BAD}: AssertionError: 1 < 0`,
    `FAILED ${TEARDOWN}: left over`,
    `PASSES ${GOOD}: strike it off the list of expected failures (a reason)`,
  ])
  assert.deepEqual(judge(readOutcomes(XML), readExpected(`# a reason\n${BAD}\n${TEARDOWN}`), ALL), [])
})

test('tests that MLflow itself fails are left out, and the list may not name them', () => {
  assert.deepEqual(judge(readOutcomes(XML), readExpected(''), new Set([GOOD])), [])
  assert.match(judge(readOutcomes(XML), readExpected(`# why\n${BAD}`), new Set([GOOD])).join(), /UNKNOWN .*test_bad/)
})

test('every listed test has a reason, and stands there once', () => {
  assert.throws(() => readExpected(`# a reason\n\n${BAD}`), /has no reason/)
  assert.throws(() => readExpected(`# a reason\n${BAD}\n${BAD}`), /listed twice/)
})
