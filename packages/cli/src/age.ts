import { ConfigProblem } from '@millrace/server/config'

const UNITS_MS: { readonly [unit: string]: number } = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 }

/** `1d12h` in milliseconds. @throws ConfigProblem */
export function ageOf(text: string | boolean | undefined, flag = 'older-than'): number {
  if (typeof text !== 'string') return 0
  if (!/^(\d+(\.\d+)?[dhms])+$/.test(text)) throw new ConfigProblem(`--${flag} takes a time like 30d, 12h or 1d12h, not "${text}".`)
  return [...text.matchAll(/([\d.]+)([dhms])/g)].reduce((sum, [, n, unit]) => sum + Number(n) * (UNITS_MS[unit ?? ''] ?? 0), 0)
}
