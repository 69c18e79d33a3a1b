/** Below this many, and for what is left of more, insertion sorts. */
const FEW_MAX = 15

/**
 * The nearest so far, the farthest of them on top. What comes later at the same distance stays outside, and of several farthest the one on
 * top leaves first: which of equals are kept, and in which order they are summed up, is what scikit-learn's heap and its sort make of it.
 */
export class NearestHeap {
  readonly distances: Float64Array
  readonly places: Int32Array

  constructor(size: number) {
    this.distances = new Float64Array(size)
    this.places = new Int32Array(size)
  }

  clear(): void {
    this.distances.fill(Number.POSITIVE_INFINITY)
    this.places.fill(0)
  }

  /** The farthest that is kept. */
  get farthest(): number {
    return this.distances[0] as number
  }

  push(distance: number, place: number): void {
    const { distances, places } = this
    if (!(distance < (distances[0] as number))) return
    const size = distances.length
    let at = 0
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && (distances[child] as number) < (distances[child + 1] as number)) child++
      if (!(distance < (distances[child] as number))) break
      distances[at] = distances[child] as number
      places[at] = places[child] as number
      at = child
    }
    distances[at] = distance
    places[at] = place
  }

  /** Puts the nearest first. */
  sort(): void {
    this.#sort(0, this.distances.length, 2 * Math.floor(Math.log2(this.distances.length)))
  }

  #sort(first: number, end: number, depth: number): void {
    let from = first
    for (let left = depth; end - from > FEW_MAX; left--) {
      if (left <= 0) {
        this.#sortByHeap(from, end)
        return
      }
      const pivot = this.#partition(from, end)
      this.#sort(from, pivot, left - 1)
      from = pivot + 1
    }
    this.#sortByInsertion(from, end)
  }

  /** Nearer ones to the left of one, others to its right; gives its place. */
  #partition(from: number, end: number): number {
    const { distances } = this
    const last = end - 1
    const middle = from + ((end - from) >> 1)
    // The middle of three goes to the end, the least to the front.
    if (this.#isFarther(from, last)) this.#swap(from, last)
    if (this.#isFarther(last, middle)) {
      this.#swap(last, middle)
      if (this.#isFarther(from, last)) this.#swap(from, last)
    }
    const pivot = distances[last] as number
    let left = from + 1
    let right = end - 2
    for (; ; left++, right--) {
      while (left <= right && (distances[left] as number) < pivot) left++
      while (left <= right && (distances[right] as number) > pivot) right--
      if (left >= right) break
      this.#swap(left, right)
    }
    this.#swap(left, last)
    return left
  }

  #sortByInsertion(from: number, end: number): void {
    const { distances, places } = this
    for (let next = from + 1; next < end; next++) {
      const distance = distances[next] as number
      const place = places[next] as number
      let at = next
      for (; at > from && (distances[at - 1] as number) > distance; at--) {
        distances[at] = distances[at - 1] as number
        places[at] = places[at - 1] as number
      }
      distances[at] = distance
      places[at] = place
    }
  }

  #sortByHeap(from: number, end: number): void {
    for (let root = (end - from - 2) >> 1; root >= 0; root--) this.#sink(from, root, end - from)
    for (let size = end - from - 1; size > 0; size--) {
      this.#swap(from, from + size)
      this.#sink(from, 0, size)
    }
  }

  #sink(from: number, start: number, size: number): void {
    for (let root = start; ; ) {
      let most = root
      for (let child = 2 * root + 1; child < Math.min(size, 2 * root + 3); child++)
        if (this.#isFarther(from + child, from + most)) most = child
      if (most === root) return
      this.#swap(from + root, from + most)
      root = most
    }
  }

  #isFarther(one: number, other: number): boolean {
    return (this.distances[one] as number) > (this.distances[other] as number)
  }

  #swap(one: number, other: number): void {
    const { distances, places } = this
    const distance = distances[one] as number
    const place = places[one] as number
    distances[one] = distances[other] as number
    places[one] = places[other] as number
    distances[other] = distance
    places[other] = place
  }
}
