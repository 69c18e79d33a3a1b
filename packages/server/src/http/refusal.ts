import type { ApiError } from './errors.ts'

/**
 * What a handler that writes returns in place of an answer when it refuses and keeps what it wrote: the commit is made, and then the caller
 * gets the error. An error that is thrown undoes everything.
 */
export class Refusal {
  readonly error: ApiError
  /** For the audit log: what the entry of this refusal tells besides. */
  readonly told: Readonly<Record<string, string | number | boolean>>

  constructor(error: ApiError, told: Refusal['told'] = {}) {
    this.error = error
    this.told = told
  }
}
