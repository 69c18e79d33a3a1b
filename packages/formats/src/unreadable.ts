/** The bytes don't keep to their format, or go over a limit: reading stops, and what was read before stays valid. */
export class Unreadable extends Error {
  readonly offset: number
  /** Whether a limit of ours was met rather than a rule of the format. */
  readonly is_limit: boolean

  constructor(message: string, offset: number, is_limit = false) {
    super(message)
    this.name = 'Unreadable'
    this.offset = offset
    this.is_limit = is_limit
  }
}
