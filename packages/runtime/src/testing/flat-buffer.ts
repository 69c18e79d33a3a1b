/** A piece of a FlatBuffer, which holds all that it means; it is meant by the place `entry` in it. */
export type Piece = { readonly bytes: Buffer; readonly entry: number }

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])

/** A whole number in so many bytes, the lowest first. */
function whole(value: number, width: 2 | 4): Buffer {
  const made = Buffer.alloc(width)
  made.writeUIntLE(value, 0, width)
  return made
}

export const flatText = (value: string, encoding: BufferEncoding = 'utf8'): Piece => ({
  bytes: padded(Buffer.concat([whole(Buffer.byteLength(value, encoding), 4), Buffer.from(`${value}\0`, encoding)])),
  entry: 0,
})

/** A list of numbers of so many bytes each; `said` is how many it says that there are. */
export const flatNumbers = (values: Buffer, width: number, said = values.length / width): Piece => ({
  bytes: padded(Buffer.concat([whole(said, 4), values])),
  entry: 0,
})

export const flatList = (pieces: readonly Piece[]): Piece =>
  meaning(
    Buffer.concat([whole(pieces.length, 4), Buffer.alloc(pieces.length * 4)]),
    0,
    pieces.map((piece, at) => [4 + at * 4, piece]),
  )

/** Offsets at the places told, and behind everything the pieces that they mean. */
export function meaning(head: Buffer, entry: number, pieces: readonly (readonly [at: number, piece: Piece])[]): Piece {
  const parts = [padded(head)]
  let end = parts[0]?.length ?? 0
  for (const [at, piece] of pieces) {
    parts[0]?.writeUInt32LE(end + piece.entry - at, at)
    parts.push(piece.bytes)
    end += piece.bytes.length
  }
  return { bytes: Buffer.concat(parts), entry }
}

/** A table: its directory, then its fields: a number's own bytes, or what an offset means. */
export function flatTable(fields: readonly (Piece | Buffer | undefined)[]): Piece {
  const entry = Math.ceil((4 + fields.length * 2) / 4) * 4
  const places: number[] = []
  let width = 4
  for (const field of fields) {
    places.push(field === undefined ? 0 : width)
    if (field !== undefined) width += Buffer.isBuffer(field) ? padded(field).length : 4
  }
  const directory = Buffer.concat([4 + fields.length * 2, width, ...places].map((value) => whole(value, 2)))
  const own = fields.map((field) => (field === undefined ? Buffer.alloc(0) : Buffer.isBuffer(field) ? padded(field) : Buffer.alloc(4)))
  const meant = fields.flatMap((field, at): [number, Piece][] =>
    field === undefined || Buffer.isBuffer(field) ? [] : [[entry + (places[at] as number), field]],
  )
  return meaning(Buffer.concat([padded(directory), whole(entry, 4), ...own]), entry, meant)
}

/** A whole FlatBuffer, which begins with where its root is. */
export const flatBuffer = (root: Piece): Buffer => Buffer.concat([whole(4 + root.entry, 4), root.bytes])
