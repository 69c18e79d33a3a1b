import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApiError } from '../../http/errors.ts'
import {
  CLAUSES_MAX,
  FILTER_MAX,
  LIST_OPERATORS,
  language,
  NUMBER_OPERATORS,
  PRESENCE_OPERATORS,
  parseFilter,
  parseOrderBy,
  TEXT_OPERATORS,
} from './index.ts'

const things = language({
  attributes: [
    { name: 'thing_id', kind: 'text', operators: [...TEXT_OPERATORS, ...LIST_OPERATORS] },
    { name: 'status', kind: 'text', operators: TEXT_OPERATORS, aliases: ['Thing status'] },
    { name: 'start_time', kind: 'number', operators: NUMBER_OPERATORS, aliases: ['created'] },
  ],
  keyed: {
    metric: NUMBER_OPERATORS,
    param: [...TEXT_OPERATORS, ...PRESENCE_OPERATORS],
    tag: [...TEXT_OPERATORS, ...PRESENCE_OPERATORS],
  },
  datasets: [{ name: 'name', kind: 'text', operators: [...TEXT_OPERATORS, ...LIST_OPERATORS] }],
})

const show = (filter: string): string =>
  parseFilter(filter, things)
    .map(({ entity, name, test }) => {
      const value = test.kind === 'list' ? test.values : test.kind === 'presence' ? '' : test.value
      return `${entity}[${name}] ${test.operator} ${JSON.stringify(value)}`
    })
    .join(' & ')

describe('a filter', () => {
  for (const [filter, expected] of [
    ['', ''],
    [' \t\n ', ''],
    ['metrics.loss < 1', 'metric[loss] < 1'],
    ['AND metrics.loss < 1 AND AND status = "x" and ', 'metric[loss] < 1 & attribute[status] = "x"'],
    ['metric.loss>=-1.5e-3', 'metric[loss] >= -0.0015'],
    ['metrics.loss<.5', 'metric[loss] < 0.5'],
    ['metrics."a b//#$@&z" = 3.', 'metric[a b//#$@&z] = 3'],
    ['metrics.`a.b c` != 3', 'metric[a.b c] != 3'],
    ['metrics.train/loss-2 > 0', 'metric[train/loss-2] > 0'],
    ["params.lr = '0.1'", 'param[lr] = "0.1"'],
    ['param."m"!="tf"', 'param[m] != "tf"'],
    ['`parameters`.m = "x"', 'param[m] = "x"'],
    ['"parameter"."m n" = "x"', 'param[m n] = "x"'],
    [`tags.mlflow.user = "it's"`, `tag[mlflow.user] = "it's"`],
    ['tag.a = \'say "x"\'', 'tag[a] = "say \\"x\\""'],
    ["tag.a = 'it''s'", `tag[a] = "it''s"`],
    ["tag.a = 'C:\\dir\\'", 'tag[a] = "C:\\\\dir\\\\"'],
    ["tag.a = ''", 'tag[a] = ""'],
    ["tag.größe = 'ä OR 1=1'", 'tag[größe] = "ä OR 1=1"'],
    ["tags.a like '%x_' aNd tags.b iLike 'y%'", 'tag[a] LIKE "%x_" & tag[b] ILIKE "y%"'],
    ['tags.a IS NULL and params.b is  not  null', 'tag[a] IS NULL "" & param[b] IS NOT NULL ""'],
    ['thing_id in (\'a\', "b",)', 'attribute[thing_id] IN ["a","b"]'],
    ["attr.thing_id NOT IN('a')", 'attribute[thing_id] NOT IN ["a"]'],
    ["run.status = 'OK' AND attributes.created > 5", 'attribute[status] = "OK" & attribute[start_time] > 5'],
    ['"Thing status" = \'OK\'', 'attribute[status] = "OK"'],
    ["`Thing status` = 'OK'AND`status`='x'", 'attribute[status] = "OK" & attribute[status] = "x"'],
    ["dataset.name = 'd' and datasets.name in ('e')", 'dataset[name] = "d" & dataset[name] IN ["e"]'],
    ["tags.__proto__ = 'a' and params.constructor = 'b'", 'tag[__proto__] = "a" & param[constructor] = "b"'],
  ] as const) {
    test(`is read: ${JSON.stringify(filter)}`, () => assert.equal(show(filter), expected))
  }
})

const refuses = (filter: string, phrase: string): void => {
  assert.throws(
    () => parseFilter(filter, things),
    (error) => {
      assert.ok(error instanceof ApiError && error.code === 'INVALID_PARAMETER_VALUE')
      assert.ok(error.message.includes(phrase), error.message)
      assert.ok(error.message.length < 1000, 'a message does not repeat what was sent at length')
      return true
    },
  )
}

describe('a filter is refused', () => {
  for (const [filter, phrase] of [
    ["metrics.a > 0.1 OR params.b = 'x'", "Invalid clause(s) in filter string: 'OR' at character 17"],
    ["metrics.a > 0.1 NAND params.b = 'x'", "'NAND' at character 17"],
    ["metrics.a > 1 params.b = 'x'", 'AND or the end is expected'],
    ['metrics.a > 1 AND metrics.b >', 'it ends at character 30'],
    ["metrics.a > 1 AND (params.b = 'x')", "Invalid clause(s) in filter string: '(' at character 19"],
    ['metrics.a > 1; metrics.b > 1', 'Search filter contained multiple expression'],
    ['m.acc >= 1', "Invalid entity type 'm' at character 1"],
    ['Metrics.acc >= 1', "Invalid entity type 'Metrics'"],
    ['`metrics.a` > 1', 'Invalid entity type'],
    ['acc >= 1', "Invalid attribute key 'acc' specified"],
    ["attribute.__proto__ = '1'", "Invalid attribute key '__proto__'"],
    ["constructor = '1'", "Invalid attribute key 'constructor'"],
    ["dataset.schema = 'x'", "Invalid dataset key 'schema'"],
    ['`metrics.A > 0.1', 'Invalid clause(s)'],
    ['param`.A > 0.1', 'Invalid'],
    ['metrics. > 1', 'Invalid clause(s)'],
    ['metrics.a. > 1', 'Invalid clause(s)'],
    ["tags.mlflow.`a` = 'x'", 'Invalid clause(s)'],
    ['params.acc = LR', 'value is either not quoted or unidentified quote types'],
    ['params.acc = `LR`', 'value is either not quoted or unidentified quote types'],
    ["params.acc = 'LR", "the quote ' is never closed"],
    ["params.acc = LR'", 'value is either not quoted'],
    ["params.acc = = 'LR'", "Invalid clause(s) in filter string: '=' at character 14"],
    ['params.acc LR !=', 'Invalid clause(s)'],
    ['params.acc', 'Invalid clause(s)'],
    ["attribute.status IS 'RUNNING'", 'Invalid clause(s)'],
    ['attribute.status = true', 'Invalid clause(s)'],
    ['metric.acc !=', 'Invalid clause(s)'],
    ['1.0 > metrics.acc', "Invalid comparison clause. Expected 'Identifier' found '1.0'"],
    ['1=1', "Expected 'Identifier' found"],
    ["'a' = 'a'", "Expected 'Identifier' found"],
    ["metric.model = 'LR'", 'Expected numeric value type for metric'],
    ['metrics.acc != metrics.acc', 'Expected numeric value type for metric'],
    ['metrics.acc > nan', 'Expected numeric value type for metric'],
    ['metrics.acc > 0x10', 'Expected numeric value type for metric'],
    ["start_time > '1'", 'Expected numeric value type for numeric attribute: start_time'],
    ['params.acc = 5', 'Expected a quoted string value for param'],
    ['tags.acc = 5', 'Expected a quoted string value for tag'],
    ['status = 1', 'Expected a quoted string value for attributes'],
    ['metrics.a ~ 1', "Invalid comparator '~' for metric 'a'"],
    ['metrics.a == 1', "Invalid comparator '=='"],
    ['metrics.a <> 1', "Invalid comparator '<>'"],
    ["params.a > 'x'", "Invalid comparator '>' for param 'a'"],
    ["tags.a RLIKE '^(a+)+$'", "Invalid comparator 'RLIKE'"],
    ["tags.a NOT LIKE 'x'", "Invalid comparator 'NOT LIKE'"],
    ['start_time LIKE 5', "Invalid comparator 'LIKE'"],
    ['status IS NULL', "Invalid comparator 'IS NULL'"],
    ["status IN ('a')", "Only ['thing_id'] attributes support comparison with a list"],
    ['thing_id IN ()', 'expected a non-empty list of string values, but got empty list'],
    ['thing_id IN (1, 2)', 'expected string value, punctuation, or whitespace, but got different type in list'],
    ["thing_id IN ('a' 'b')", 'ill-formed list'],
    ["thing_id IN (,'a')", 'ill-formed list'],
    ["thing_id IN ('a', 'b'", 'ill-formed list'],
    ["thing_id IN 'a'", 'Invalid clause(s)'],
    ["thing_id = ('a')", 'Invalid clause(s)'],
    ["tags.a = 'x' -- AND", 'Invalid clause(s)'],
    ["tags.a = 'x' /* c */", 'Invalid clause(s)'],
    ['\\', 'Invalid clause(s)'],
  ] as const) {
    test(JSON.stringify(filter), () => refuses(filter, phrase))
  }

  test('of 2,000 clauses, of 5,000 parentheses, of too many characters: at once (DO-12)', () => {
    const started = process.threadCpuUsage()
    refuses(Array(2_000).fill("tags.a = 'b'").join(' AND '), `more than ${CLAUSES_MAX} clauses`)
    refuses('('.repeat(5_000), 'parentheses are only for the list after IN')
    refuses(`thing_id IN ${'('.repeat(5_000)}`, 'ill-formed list')
    refuses('a'.repeat(FILTER_MAX + 1), `at most ${FILTER_MAX}`)
    refuses("'".repeat(FILTER_MAX - 1), 'never closed')
    refuses('`a'.repeat(FILTER_MAX / 2), 'Invalid')
    refuses(`tags.a LIKE '${'%a'.repeat(5_000)}'`, 'at most 5000')
    const { user } = process.threadCpuUsage(started)
    assert.ok(user < 500_000, `${user} µs of the processor`)
  })
})

describe('order_by', () => {
  const order = (...texts: string[]): string =>
    parseOrderBy(texts, things)
      .map(({ entity, name, direction }) => `${entity}[${name}] ${direction}`)
      .join(', ')

  for (const [texts, expected] of [
    [[], ''],
    [['metrics.loss'], 'metric[loss] asc'],
    [['metrics.`Mean Error` DESC', 'created aSc'], 'metric[Mean Error] desc, attribute[start_time] asc'],
    [['params."a b" desc '], 'param[a b] desc'],
    [['"Thing status"'], 'attribute[status] asc'],
  ] as const) {
    test(`is read: ${texts.join(', ')}`, () => assert.equal(order(...texts), expected))
  }

  for (const [text, phrase] of [
    ['m.acc', 'Invalid entity type'],
    ['acc', 'Invalid attribute key'],
    ['`metrics.A', 'Invalid order_by clause'],
    ['`metrics.A`', 'Invalid entity type'],
    ['metrics.A != 1', 'Invalid order_by clause'],
    ['', 'Invalid order_by clause'],
    ['status ACS', 'Invalid ordering key'],
    ['status ASC DESC', 'Invalid order_by clause'],
    ['status; drop table run', 'Invalid order_by clause'],
    ['1', 'Invalid order_by clause'],
  ] as const) {
    test(`is refused: ${text}`, () => assert.throws(() => order(text), new RegExp(phrase)))
  }

  test('is refused when a key is there twice, under whatever spelling, and when there are too many', () => {
    assert.throws(() => order('start_time', 'attributes.created DESC'), /`order_by` contains duplicate fields/)
    assert.throws(() => order(...Array.from({ length: 17 }, (_, n) => `metrics.m${n}`)), /at most 16/)
  })
})
