/** Which of the values that a page knows an address has, if any. */
export const oneOf = <T extends string>(values: readonly T[], given: unknown): T | undefined => values.find((one) => one === given)

/** A text of an address; an empty one is none. */
export const textOf = (given: unknown): string | undefined => (typeof given === 'string' && given !== '' ? given : undefined)

/** A view without what was not given, so that addresses stay short. */
export const onlyGiven = <T extends object>(view: T): T =>
  Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined)) as T
