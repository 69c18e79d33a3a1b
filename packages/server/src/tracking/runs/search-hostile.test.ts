import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { SearchFixture } from '../../testing/search-fixture.ts'

overEachDatabase('runs/search of those who mean no good', (open) => {
  let fixture: SearchFixture
  before(async () => {
    fixture = new SearchFixture(await open())
    await fixture.fill()
  })

  for (const [what, payload, phrase] of [
    ['max_results of 0', { max_results: 0 }, "Invalid value 0 for parameter 'max_results' supplied"],
    ['max_results of 2^31', { max_results: 2 ** 31 }, "Invalid value 2147483648 for parameter 'max_results' supplied"],
    ['2,000 clauses', { filter: Array(2_000).fill("tags.a = 'b'").join(' AND ') }, 'more than 100 clauses'],
    ['5,000 parentheses', { filter: `${'('.repeat(5_000)}tags.a = 'b'` }, 'parentheses'],
    ['a forged token', { page_token: Buffer.from('{"offset": 100}').toString('base64') }, 'Invalid page token'],
    ['a huge token', { page_token: 'A'.repeat(500_000) }, 'Invalid page token'],
    ['an expression to run', { filter: "tags.x RLIKE '^(a+)+$'" }, "Invalid comparator 'RLIKE'"],
    ['an order by datasets', { order_by: ['dataset.name'] }, 'Invalid order_by entity'],
    ['the same order twice', { order_by: ['start_time', 'created DESC'] }, '`order_by` contains duplicate fields'],
  ] as const) {
    test(`refuses ${what} (DO-12, DO-05)`, async () => {
      const { status, body } = await fixture.answer(payload)
      assert.equal(status, 400)
      assert.equal(body.error_code, 'INVALID_PARAMETER_VALUE')
      assert.ok(body.message.includes(phrase), body.message)
    })
  }

  test('as many clauses and orders as are taken make a statement that the database takes', async () => {
    const filter = Array.from({ length: 100 }, (_, n) => (n % 2 ? 'metrics.loss > 0' : "params.lr LIKE '%'")).join(' AND ')
    assert.equal(await fixture.find({ filter, max_results: 1 }), 'ada bob'.split(' ').at(1))
    const order_by = Array.from({ length: 16 }, (_, n) => (n % 2 ? `metrics.m${n}` : `params.p${n} DESC`))
    assert.equal(await fixture.findPaged({ order_by }, 2), await fixture.find({}))
  })

  // A property: whatever text stands in a value, a key or a name, it is compared and never run.
  test('hostile texts stay values (ID-09)', async () => {
    const pieces = [
      "'",
      '"',
      '`',
      '\\',
      '%',
      '_',
      '--',
      ';',
      '/*',
      ' OR 1=1 ',
      '?',
      '$1',
      ')',
      '(',
      ' drop table run ',
      '\u2028',
      'é',
      '*',
      '[',
    ]
    let seed = 7
    const random = (n: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed % n
    }
    const hostile = (): string => Array.from({ length: 1 + random(6) }, () => pieces[random(pieces.length)]).join('')
    for (let n = 0; n < 300; n++) {
      const text = hostile()
      const quote = text.includes("'") ? '"' : "'"
      const filter = [
        `tags.team = ${quote}${text}${quote}`,
        `params.\`${text}\` LIKE ${quote}${text}${quote}`,
        `run_id IN (${quote}${text}${quote})`,
        `metrics."${text}" > 0`,
        text,
      ][n % 5] as string
      const { status, body } = await fixture.answer({ filter, order_by: n % 3 === 0 ? [`tags.\`${text}\``] : [] })
      assert.ok(status === 200 || (status === 400 && body.error_code === 'INVALID_PARAMETER_VALUE'), JSON.stringify([filter, body]))
      if (status === 200 && filter.trim() !== '') assert.equal(fixture.namesOf(body.runs), '', filter)
    }
    assert.equal((await fixture.find({})).split(' ').length, 6)
  })

  for (const text of ["it's", 'say "x"', '`tick`', "'; drop table run; --", '%_\\', '*?[a]', '?', '$1', 'a\nb', '__proto__']) {
    test(`finds exactly ${JSON.stringify(text)} (ID-08, ID-09)`, async () => {
      const own = new SearchFixture(await open())
      own.experiment_id = (await own.server.post('experiments/create', { name: 'quotes' })).body.experiment_id
      await own.add(own.experiment_id, 'yes', { start_time: 2, tags: { t: text, [text]: 'v' } })
      await own.add(own.experiment_id, 'no', { start_time: 1, tags: { t: `${text}x` } })
      const quote = text.includes("'") ? '"' : "'"
      assert.equal(await own.find({ filter: `tags.t = ${quote}${text}${quote}` }), 'yes')
      const key = text.includes('`') ? `"${text}"` : `\`${text}\``
      assert.equal(await own.find({ filter: `tags.${key} = 'v'` }), 'yes')
      assert.equal(await own.find({ order_by: [`tags.${key} DESC`] }), 'yes no')
    })
  }

  test('a pattern of many wildcards takes no time to speak of (DO-05)', async () => {
    const own = new SearchFixture(await open())
    own.experiment_id = (await own.server.post('experiments/create', { name: 'slow' })).body.experiment_id
    await own.add(own.experiment_id, 'a', { start_time: 1, tags: { t: 'a'.repeat(8_000) } })
    const started = performance.now()
    assert.equal(await own.find({ filter: `tags.t LIKE '${'%a'.repeat(2_000)}%b'` }), '')
    assert.equal(await own.find({ filter: `status LIKE '${'%_'.repeat(2_000)}%b'` }), '')
    // Without a bound it would take until the end of the sun; PostgreSQL, which may do the work, shares a machine that is busy.
    assert.ok(performance.now() - started < 30_000)
  })
})
