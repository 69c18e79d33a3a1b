/** Assertions that work in a browser as in Node. */

/** @throws Error when the two are not the same as JSON */
export function same(found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${a} should be ${b}`)
}

/** @throws Error when it is not true */
export function ok(value: unknown, what: string): asserts value {
  if (!value) throw new Error(`it is not so: ${what}`)
}

/** Waits for a failure and gives it. @throws Error when there is none */
export async function failure(work: PromiseLike<unknown>): Promise<Error & { code?: string }> {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('it should have failed')
}
