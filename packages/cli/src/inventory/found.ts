/** What a model file or a model is to the registry. */
export const STATUSES = ['known', 'changed', 'unknown', 'malicious'] as const
export type Status = (typeof STATUSES)[number]

/** A model that was found somewhere: a line of the report. */
export type Found = {
  readonly status: Status
  /** A path, or a name on another server. */
  readonly where: string
  /** What it is: by its content, or a version or a logged model of another server. */
  readonly kind: string
  readonly bytes?: number
  readonly owner: string
  readonly sha256?: string
  /** Versions of the registry: those that have the file, or those whose file it seems to be another state of. */
  readonly versions: readonly string[]
  /** In how many versions of the registry it is. */
  readonly known_in?: number
  /** How a scan ended: the registry's of what is in a clean version, one made here of the rest. */
  readonly scan: string
  /** Rules of the findings that count. */
  readonly findings: readonly string[]
}

/** What was not looked at, and why. */
export type Unread = { readonly where: string; readonly why: string }
