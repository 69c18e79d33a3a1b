/** Pickles of estimators, put together operation by operation. */
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
export const join = (...parts: readonly (Buffer | string)[]): Buffer =>
  Buffer.concat(parts.map((one) => (typeof one === 'string' ? Buffer.from(one, 'latin1') : one)))
export const global = (module: string, name: string): Buffer => join('c', module, '\n', name, '\n')
export const text = (value: string): Buffer => join('X', u32(Buffer.byteLength(value)), value)
export const int = (value: number): Buffer => join('J', u32(value))
export const bytes = (value: Buffer): Buffer => join('B', u32(value.length), value)
export const tuple = (...items: readonly Buffer[]): Buffer => join('(', ...items, 't')
export const list = (...items: readonly Buffer[]): Buffer => join('](', ...items, 'e')
export const dict = (items: Readonly<Record<string, Buffer>>): Buffer =>
  join('}(', ...Object.entries(items).flatMap(([key, item]) => [text(key), item]), 'u')
export const call = (of: Buffer, ...args: readonly Buffer[]): Buffer => join(of, tuple(...args), 'R')
export const double = (value: number): Buffer => {
  const data = Buffer.alloc(8)
  data.writeDoubleBE(value)
  return join('G', data)
}
export const doubles = (...values: readonly number[]): Buffer => Buffer.from(Float64Array.from(values).buffer)

export const DTYPE = join(
  call(global('numpy', 'dtype'), text('f8'), join('\x89'), join('\x88')),
  tuple(int(3), text('<'), join('N'), join('N'), join('N'), int(-1 >>> 0), int(-1 >>> 0), int(0)),
  'b',
)
export const RECONSTRUCT = global('numpy._core.multiarray', '_reconstruct')

/** An array of doubles, with the shape it claims. */
export const array = (shape: Buffer, data: Buffer, dtype = DTYPE): Buffer =>
  join(
    call(RECONSTRUCT, global('numpy', 'ndarray'), tuple(int(0)), bytes(Buffer.from('b'))),
    tuple(int(1), shape, dtype, join('\x89'), bytes(data)),
    'b',
  )

export const COEF = array(tuple(int(2)), doubles(1, 2))
export const LINE = global('sklearn.linear_model._base', 'LinearRegression')
export const object = (of: Buffer, state: Buffer): Buffer => join(of, ')', '\x81', state, 'b')
/** A line through 0.5, with what is wrong with it. */
export const line = (more: Readonly<Record<string, Buffer>> = {}): Buffer =>
  join('\x80\x03', object(LINE, dict({ n_features_in_: int(2), coef_: COEF, intercept_: double(0.5), ...more })), '.')
