/**
 * The answer of a search or a list, asked for when it is used. `await` gives its first page as the server sends it; `for await` gives
 * every item of this and the following pages, each page asked for when it is needed.
 */
export class Paged<P, Item> implements PromiseLike<P>, AsyncIterable<Item> {
  readonly #ask: (page_token: string | undefined) => Promise<P>
  readonly #items: (page: P) => readonly Item[]
  #first: Promise<P> | undefined

  constructor(ask: (page_token: string | undefined) => Promise<P>, items: (page: P) => readonly Item[]) {
    this.#ask = ask
    this.#items = items
  }

  /** The pages, from the first on. @throws MillraceError; Error when the server names the same page twice */
  async *pages(): AsyncGenerator<P, void, void> {
    const seen = new Set<string>()
    for (let page = await this.#page(); ; ) {
      yield page
      const { next_page_token: token } = page as { next_page_token?: string }
      if (!token) return
      if (seen.has(token)) throw new Error('the server named the same next page twice: to follow it would never end')
      seen.add(token)
      page = await this.#ask(token)
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, void> {
    for await (const page of this.pages()) yield* this.#items(page)
  }

  /** The items of all pages as one array. @param max how many at most: everything unless said */
  async all(max = Number.POSITIVE_INFINITY): Promise<Item[]> {
    const found: Item[] = []
    if (max <= 0) return found
    for await (const item of this) if (found.push(item) >= max) break
    return found
  }

  /** The first page as a promise; asked for once, however often it is awaited. */
  // biome-ignore lint/suspicious/noThenProperty: `await client.runs.search(...)` is the plain call of the endpoint
  then<A = P, B = never>(
    fulfilled?: ((page: P) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#page().then(fulfilled, rejected)
  }

  /** As a promise's. */
  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<P | B> {
    return this.#page().catch(rejected)
  }

  #page(): Promise<P> {
    this.#first ??= this.#ask(undefined)
    return this.#first
  }
}
