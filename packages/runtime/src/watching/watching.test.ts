import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Frame } from '../backend.ts'
import { predict } from '../serving/served.ts'
import { columnsOf, served } from '../testing/sums.ts'
import { sendAlert } from './alerts.ts'
import { driftOf, missingRise } from './drift.ts'
import { Profiler, readProfile, writeProfile } from './profile.ts'
import { Watching } from './watching.ts'

/** Numbers from 0 to 1 that are the same in every run. */
function numbers(count: number, seed = 7): number[] {
  let state = seed
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  })
}

const frameOf = (data: Record<string, Frame['data'][number]>): Frame => ({
  rows: Object.values(data)[0]?.length ?? 0,
  columns: Object.keys(data),
  data: Object.values(data),
})

function profileOf(data: Record<string, Frame['data'][number]>) {
  const profiler = new Profiler()
  profiler.see(frameOf(data))
  return profiler.profiles
}

test('a profile is written and read back; what is none is refused', () => {
  const made = profileOf({ age: Float64Array.from([1, 2, Number.NaN]), city: ['Ulm', null, 'Bonn'] })
  assert.deepEqual(readProfile(writeProfile(made)), made)
  assert.deepEqual([made[0]?.missing, made[0]?.min, made[0]?.max, made[1]?.missing, made[1]?.min], [1, 1, 2, 1, undefined])
  for (const text of ['', '{}', '{"format":2,"columns":[]}', '{"format":1,"columns":[{"name":"a"}]}', '{"format":1,"columns":[null]}']) {
    assert.throws(() => readProfile(text), /millrace models predict --profile/, text)
  }
})

test('the same distribution has no drift; a shifted one, more missing values and new words are seen', () => {
  const training = profileOf({
    age: numbers(5_000).map((one) => 20 + 60 * one),
    city: numbers(5_000).map((one) => (one < 0.3 ? 'Ulm' : 'Bonn')),
  })
  const same = { age: numbers(2_000, 11).map((one) => 20 + 60 * one), city: numbers(2_000, 13).map((one) => (one < 0.3 ? 'Ulm' : 'Bonn')) }
  for (const one of driftOf(training, profileOf(same))) assert.ok(one.psi < 0.02 && one.out_of_range === 0, JSON.stringify(one))
  const [age, city] = driftOf(
    training,
    profileOf({
      age: numbers(2_000, 3).map((one) => (one < 0.2 ? null : 60 + 40 * one)),
      city: numbers(2_000).map((one) => (one < 0.5 ? 'Rom' : 'Bonn')),
    }),
  )
  assert.ok(age && city)
  assert.ok(age.psi > 0.5 && age.out_of_range > 0.2, JSON.stringify(age))
  assert.ok(Math.abs(missingRise(training, age) - 0.2) < 0.03, JSON.stringify(age))
  assert.ok(city.psi > 0.5 && Math.abs(city.out_of_range - 0.5) < 0.05, JSON.stringify(city))
})

const table = (rows: number[][]) => ({ rows: rows.length, width: 2, names: ['a', 'b'], by: 'row' as const, cells: rows })

test('drift is told once until it is over, to people, Prometheus and a signed webhook', async () => {
  const heard: { body: string; headers: Record<string, unknown> }[] = []
  const receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => {
      body += piece
    })
    request.on('end', () => {
      heard.push({ body, headers: request.headers })
      response.end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/alerts`
  const said: string[] = []
  const profile = profileOf({ a: numbers(2_000), b: numbers(2_000, 5) })
  const watching = new Watching({ profile, alerts: { url, secret: 's' }, limits: { rows_min: 200 }, onDrift: (one) => said.push(one) })
  try {
    const model = served(columnsOf({ a: 'double', b: 'double' }))
    watching.attach(model)
    watching.attach(model)
    const ask = (shift: number) => {
      for (const part of [0, 1, 2, 3, 4, 5]) predict(model, table(numbers(40, 100 + part).map((one) => [one + shift, one])))
    }
    assert.equal(model.eyes.size, 1)
    ask(0)
    await watching.compare()
    assert.deepEqual(said, [])
    ask(3)
    await watching.compare()
    ask(3)
    await watching.compare()
    assert.equal(said.length, 1)
    assert.match(said[0] ?? '', /^sums 1: requests differ from the training data: a \(psi \d+\.\d\d\), a \(out of range 1\.00\)\.$/)
    const [{ body, headers }] = heard as [(typeof heard)[number]]
    assert.deepEqual([heard.length, JSON.parse(body).data.name, JSON.parse(body).data.columns[0].column], [1, 'sums', 'a'])
    const expected = createHmac('sha256', 's').update(`${headers['x-millrace-timestamp']}.${body}`).digest('hex')
    assert.equal(headers['x-millrace-signature'], `v1,${expected}`)
    const lines = watching.lines().join('\n')
    assert.match(lines, /millrace_out_of_range_rate\{model="sums",version="1",column="a"\} 1\n/)
    assert.match(lines, /millrace_missing_rate\{model="sums",version="1",column="b"\} 0$/m)
    ask(0)
    await watching.compare()
    ask(3)
    await watching.compare()
    assert.equal(said.length, 2)
  } finally {
    await watching.close()
    receiver.closeAllConnections()
    await new Promise((resolve) => receiver.close(resolve))
  }
  await assert.rejects(sendAlert({ url, secret: undefined }, {}, 1, 1), /did not reach 127\.0\.0\.1/)
})

test('requests are held to the ranges of the training data where that is asked for', () => {
  const training = profileOf({ a: Float64Array.from([1, 5, Number.NaN]), city: ['Ulm', null, 'Bonn'] })
  const watching = new Watching({ profile: training, refuses_outside: true })
  const model = served(columnsOf({ a: 'double', city: 'string' }))
  const ask = (a: unknown, city: unknown) =>
    predict(model, {
      rows: 2,
      width: 2,
      names: ['a', 'city'],
      by: 'row',
      cells: [
        [2, 'Ulm'],
        [a, city],
      ],
    })
  assert.ok(ask(99, 'Ulm'))
  watching.attach(model)
  for (const fine of [1, 5, null, Number.NaN]) assert.ok(ask(fine, 'Rome'))
  assert.throws(() => ask(5.5, 'Ulm'), { name: 'InputProblem', message: "Column 'a', row 1: expected a number from 1 to 5, got 5.5." })
  assert.throws(() => ask(-Infinity, 'Ulm'), { message: /from 1 to 5, got -Infinity/ })
  return watching.close()
})

test('samples are written without what is excluded, by this user alone, and go after their days', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-samples-'))
  try {
    writeFileSync(join(folder, 'predictions-2020-01-01.jsonl'), 'old')
    writeFileSync(join(folder, 'notes.txt'), 'kept')
    const samples = { folder, rate: 1, days: 7, exclude: ['b'], day_max_bytes: 200 }
    const watching = new Watching({ samples })
    const model = served(columnsOf({ a: 'double', b: 'double' }))
    watching.attach(model)
    predict(
      model,
      table([
        [1, 2],
        [3, 4],
      ]),
    )
    predict(model, table([[5, 6]]))
    await watching.close()
    const [file = '', ...others] = readdirSync(folder).filter((name) => name.startsWith('predictions-'))
    assert.deepEqual(others, [])
    assert.ok(readdirSync(folder).includes('notes.txt'))
    assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600)
    const lines = readFileSync(join(folder, file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      lines.map(({ model: name, version, inputs, output }) => [name, version, inputs, output]),
      [
        ['sums', '1', { a: 1 }, 3],
        ['sums', '1', { a: 3 }, 7],
      ],
    )
    assert.match(watching.lines().join('\n'), /millrace_samples_total 2\n.*\n.*\nmillrace_samples_dropped_total 1/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
