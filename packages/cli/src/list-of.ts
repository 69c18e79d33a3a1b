/** The parts of an option's value that names several things with commas between; undefined where the option was not given. */
export function listOf(value: string | boolean | undefined): string[] | undefined {
  if (typeof value !== 'string') return undefined
  return value
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '')
}
