import type { Seed } from './target.ts'

/** How a reader ends what it does not take. Anything else that is thrown is an error of its own. */
const REFUSALS = ['Refused', 'Unreadable', 'InputProblem', 'RequestProblem']

/** What a refusal says. @throws the error that is none */
export function ending(error: unknown): string {
  const { name, message } = error as Error
  if (!REFUSALS.includes(name)) throw error
  return `${name} ${message}`
}

/** A seed that a test writes. */
export const named = (name: string, bytes: Buffer | string): Seed => ({ name, bytes: Buffer.from(bytes as string) })
