import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { tableOfCsv } from '../protocols/csv.ts'
import { compile } from '../signature/enforce.ts'
import { readSignature } from '../signature/signature.ts'
import { columnsOf } from '../testing/sums.ts'
import { csvTables } from './csv-rows.ts'
import { DecimalReader } from './decimal.ts'

/** Numbers that look like chance, and are the same each time. */
function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const signature = (types: Readonly<Record<string, string>>) => readSignature(columnsOf(types), undefined).inputs

/** The columns of a text that arrives in pieces of so many bytes. */
async function columnsOfText(text: string, types: Readonly<Record<string, string>> | undefined, bytes: number): Promise<unknown[][]> {
  const inputs = types && signature(types)
  const whole = Buffer.from(text)
  const pieces = Array.from({ length: Math.ceil(whole.length / bytes) }, (_, at) => whole.subarray(at * bytes, (at + 1) * bytes))
  const found: unknown[][] = []
  for await (const table of csvTables(Readable.from(pieces), inputs)) {
    compile(inputs)(table).data.forEach((column, at) => {
      found[at] ??= []
      found[at].push(...column)
    })
  }
  return found
}

const whole = (text: string, types?: Readonly<Record<string, string>>): unknown[][] =>
  compile(types && signature(types))(tableOfCsv(text)).data.map((column) => [...column])

test('a number is the nearest double to its digits, or is left to the slower way', () => {
  const next = dice(1)
  const decimals = new DecimalReader()
  let left = 0
  for (let round = 0; round < 60_000; round++) {
    const value = (next(2) === 0 ? -1 : 1) * (next(2 ** 31) / 2 ** 31 + next(2 ** 31) / 2 ** 62) * 10 ** (next(16) - 8)
    const text = [String(value), value.toFixed(next(20)), value.toExponential(next(18)), value.toPrecision(1 + next(19))][
      round % 4
    ] as string
    const found = decimals.read(Buffer.from(`${text},`), 0)
    if (Number.isNaN(found)) left++
    else assert.deepEqual([found, decimals.at], [Number(text), text.length], text)
  }
  assert.ok(left < 10_000, `${left} were left`)
})

describe('CSV that arrives in pieces is what the same text is as a whole', () => {
  const types = { a: 'double', b: 'long', c: 'string', d: 'float?' }
  for (const [what, text, of] of [
    ['numbers', 'a,b,c,d\n1.5,2,x,0.1\n-1e-3,-7,y,3', types],
    ['another order, and columns that nobody asked for', 'z,c,b,a,y\n"1,2",x,2,1.5,\n3,y,4,2.5,"a ""b""\n"\n', types],
    ['missing values', 'a,b,c,d\n,1,NA,\nNaN,2,,nan\n', types],
    ['line ends of Windows, and lines with nothing on them', 'a,b,c,d\r\n1.25,2,x,0.5\r\n\r\n\n2,3,"y",1\r\n', types],
    ['texts that look like numbers', 'a,b,c,d\n1,1,007,1\n2,2,1e5,1\n', types],
    ['odd numbers', 'a,b,c,d\n inf,1,x,-Infinity\n+.5,1,x,1.\n12345678901234567890.5,1,x,1e400\n-0,1,x,0.1e-330\n', types],
    ['no signature', 'a,b,c\n1,x,true\n2,,4\n3,5,6\n', undefined],
    ['one column', 'a\n1\n\n2\n""\n3\n', undefined],
    ['one column of texts', 'a\nx\n\r\n\n"y"\n', undefined],
    ['a byte order mark, and a name with a line end', '\ufeff"a\nb",c\n1,2\n', undefined],
    ['names alone', 'a,b\n', undefined],
    ['letters of several bytes', 'a,b\nä,"ö,€"\n😀,ü\n', undefined],
  ] as const) {
    for (const bytes of [1, 3, 7, 1000]) {
      test(`${what}, ${bytes} bytes at a time`, async () =>
        assert.deepEqual(await columnsOfText(text, of, bytes), text.endsWith('a,b\n') ? [] : whole(text, of)))
    }
  }

  test('more rows than a block has', async () => {
    const next = dice(7)
    const cell = () => ['1.5', '', String(next(10 ** 6)), String(next(2 ** 31) / 2 ** 29), '"3"'][next(5)]
    const text = `a,b\n${Array.from({ length: 7000 }, () => `${cell()},${cell()}\n`).join('')}`
    assert.deepEqual(await columnsOfText(text, undefined, 5000), whole(text))
  })
})

describe('CSV that is wrong is refused with its row', () => {
  const types = { a: 'double', b: 'long' }
  for (const [what, text, why] of [
    ['a row too short', 'a,b\n1,2\n3\n', /^CSV, row 3: 1 values, and the first line names 2 columns\.$/],
    ['a row too long', 'a,b\n1,2,3,4\n', /^CSV, row 2: 4 values, and the first line names 2 columns\.$/],
    ['a quote that is never closed', 'a,b\n1,"2\n', /^CSV, row 2: a quote is never closed\.$/],
    ['a text for a number', 'a,b\n1,2\nx,3\n', /^Column 'a', row 1: expected a number \(double\), got the string "x"\.$/],
    ['a fraction for an integer', 'a,b\n1,2.5\n', /^Column 'b', row 0: expected an integer .*, got the number 2\.5\.$/],
    ['nothing for an integer', 'a,b\n1,\n', /^Column 'b', row 0: expected an integer .*, got nothing\.$/],
    ['a column twice', 'a,b,a\n1,2,3\n', /^The column 'a' is there twice\.$/],
    ['a column missing', 'a\n1\n', /^Model is missing inputs \['b'\]/],
  ] as const) {
    test(what, () => assert.rejects(columnsOfText(text, types, 4), { message: why }))
  }
})
