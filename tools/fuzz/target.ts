/** A file or request that is changed at random; its name is what a scanner tells by. */
export type Seed = { readonly name: string; readonly bytes: Buffer }

/** A reader that is fuzzed. */
export type Target = {
  readonly name: string
  /** Read when its turn comes: some are made by the tests that run before. */
  readonly seeds: () => readonly Seed[]
  /**
   * Reads an input and says in a few words what came of it: an input with an ending that no other had is changed further.
   * @throws what this reader has no right to throw
   */
  readonly attempt: (name: string, bytes: Buffer) => string | Promise<string>
}

/** Names that are in `names`; all when there are none. @throws Error for one that no target has */
export function chosen(all: readonly Target[], names: readonly string[]): readonly Target[] {
  const odd = names.filter((name) => !all.some((target) => target.name === name))
  if (odd.length > 0) throw new Error(`no fuzzer is called ${odd.join(' or ')}: there are ${all.map(({ name }) => name).join(', ')}`)
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
}
