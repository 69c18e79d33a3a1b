import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { memorySource } from '@millrace/formats'
import {
  array,
  call,
  DTYPE,
  dict,
  doubles,
  global,
  int,
  join,
  LINE,
  line,
  list,
  object,
  text,
  tuple,
  u32,
} from '../../testing/pickle-files.ts'
import { pickleBackend } from './model.ts'

const frame = { rows: 2, columns: undefined, data: [Float64Array.of(0, 1), Float64Array.of(0, 1)] }
/** So many operations that remember what lies on the stack. */
function puts(count: number): Buffer {
  const made = Buffer.alloc(count * 5, 'r')
  for (let at = 0; at < count; at++) made.writeUInt32LE(at, at * 5 + 1)
  return made
}
const deep = (levels: number): Buffer => join(']'.repeat(levels), 'a'.repeat(levels - 1))

describe('pickles that would run code, hang or crash are refused when they are read', () => {
  test('the pickle that the cases below change is served', () => {
    assert.deepEqual([...pickleBackend(memorySource(line())).predict(frame).values], [0.5, 3.5])
  })

  for (const [what, pickle, why] of [
    [
      'a function that is called',
      join('\x80\x03', call(global('posix', 'system'), text('true')), '.'),
      /names posix\.system: code is not run/,
    ],
    ['a function in an attribute', line({ extra: global('builtins', 'eval') }), /names builtins\.eval/],
    ['a name that is made while loading', line({ extra: join(text('os'), text('system'), '\x93') }), /names os\.system/],
    [
      'a name with a point in it',
      line({ extra: global('sklearn.linear_model._base', 'LinearRegression.fit.__globals__') }),
      /names sklearn\.linear_model\._base\.LinearRegression\.fit/,
    ],
    [
      'a module that only begins as a known one',
      line({ extra: global('sklearn.linear_model._base.evil', 'LinearRegression') }),
      /names sklearn\.linear_model\._base\.evil/,
    ],
    ['a name in what is thrown away', join('\x80\x03', global('os', 'system'), '0', line().subarray(2)), /names os\.system/],
    ['a class that is not known', join('\x80\x03', object(global('mymodule', 'Model'), dict({})), '.'), /names mymodule\.Model/],
    ['a registered extension', line({ extra: join('\x82', Buffer.from([7])) }), /no ordinary writer makes/],
    ['something that only the loader has', line({ extra: join('P1\n') }), /asks its loader|no ordinary writer/],
    ['a list that holds itself', line({ extra: join(']q\x01h\x01a') }), /holds itself/],
    ['a dict that holds itself by another', line({ extra: join('}q\x01', text('a'), '](h\x01e', 's') }), /holds itself/],
    ['an estimator that holds itself', join('\x80\x03', LINE, ')\x81q\x01}', text('coef_'), 'h\x01sb.'), /holds itself/],
    ['lists in lists in lists', line({ extra: deep(5000) }), /nested deeper than/],
    ['a memo without end', join('\x80\x03N', puts(2_000_001), '.'), /remembers more than/],
    ['a place in the memo that was never filled', line({ extra: join('j', u32(99)) }), /never remembered/],
    [
      'a shape that multiplies past 2^53',
      line({ coef_: array(tuple(int(2 ** 30), int(2 ** 30), int(2 ** 30)), doubles(1)) }),
      /the most that is served/,
    ],
    ['a shape below zero', line({ coef_: array(tuple(int(-1 >>> 0)), doubles(1)) }), /has no shape/],
    ['fewer bytes than its shape', line({ coef_: array(tuple(int(2)), doubles(1)) }), /with 2 elements has 8 bytes/],
    ['more bytes than its shape', line({ coef_: array(tuple(int(2)), doubles(1, 2, 3)) }), /with 2 elements has 24 bytes/],
    [
      'an array of an unknown kind',
      line({ coef_: array(tuple(int(2)), doubles(1, 2), call(global('numpy', 'dtype'), text('Z9'))) }),
      /dtype/,
    ],
    ['an array whose kind is a function', line({ coef_: array(tuple(int(2)), doubles(1, 2), global('numpy', 'float64')) }), /has no dtype/],
    ['a text for a number', line({ n_features_in_: text('2') }), /n_features_in_ is no number/],
    [
      "joblib's array, and no elements",
      line({
        coef_: join(global('joblib.numpy_pickle', 'NumpyArrayWrapper'), ')\x81', dict({ shape: tuple(int(2 ** 30)), dtype: DTYPE }), 'b'),
      }),
      /ends in the middle/,
    ],
    ['a second pickle behind the first', join(line(), line()), /before its file does/],
    ['half of it', line().subarray(0, 100), /./],
    ['a list', join('\x80\x03', list(int(1)), '.'), /holds no estimator/],
    ['nothing', Buffer.alloc(0), /./],
  ] as const) {
    test(what, () => {
      assert.throws(
        () => pickleBackend(memorySource(pickle)),
        (error) => ['Refused', 'Unreadable'].includes((error as Error).name) && why.test((error as Error).message),
      )
    })
  }

  test('a changed pickle is refused or served', () => {
    const whole = line()
    let refused = 0
    for (let seed = 1; seed <= 3000; seed++) {
      const changed = Buffer.from(whole)
      for (let change = 0; change <= seed % 3; change++) changed[(Math.imul(seed + change, 2654435761) >>> 0) % changed.length] = seed % 256
      try {
        assert.equal(pickleBackend(memorySource(changed)).predict(frame).values.length % 2, 0)
      } catch (error) {
        assert.ok(['Refused', 'Unreadable', 'InputProblem'].includes((error as Error).name), `${seed}: ${(error as Error).stack}`)
        refused++
      }
    }
    assert.ok(refused > 300 && refused < 3000, `${refused} were refused`)
  })
})
