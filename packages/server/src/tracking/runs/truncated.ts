import { type Schema, string } from '../../http/schema.ts'

/**
 * Text that is kept up to a length and cut beyond it, as MLflow's server does with values of params and tags (its setting
 * MLFLOW_TRUNCATE_LONG_VALUES, on by default): clients log reprs of any length and don't expect to be
 * refused. Characters are code points, so none is cut in two.
 */
export function truncated(max: number): Schema<string> {
  const any = string({ description: `What is longer than ${max} characters is cut there.` })
  return {
    ...any,
    decode(raw) {
      const value = any.decode(raw)
      if (value.length <= max) return value
      // At most two code units a code point: what lies beyond can't count, and isn't split.
      return Array.from(value.slice(0, 2 * max))
        .slice(0, max)
        .join('')
    },
  }
}
