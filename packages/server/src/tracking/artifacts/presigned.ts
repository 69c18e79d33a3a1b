import { artifactStores, type DirectAccess, notSupported, type Place } from '../../artifacts/index.ts'
import type { Settings } from '../../config.ts'
import { ApiError } from '../../http/errors.ts'
import { int64 } from '../../http/schema.ts'

/** Stores sign for a week at most, and refuse longer only when the URL is used. */
export const Expiration = int64({ min: 1, max: 604_800, description: 'Seconds until the URL is no longer good' })

/**
 * The store's own addresses, for artifacts that this server does not hand through.
 * @throws ApiError INVALID_PARAMETER_VALUE where it does, NOT_IMPLEMENTED where the store has none
 */
export function directPlace(settings: Settings, location: string, what: 'upload' | 'download'): Place & { direct: DirectAccess } {
  if (/^(mlflow-artifacts|https?):/.test(location)) {
    throw new ApiError(
      'INVALID_PARAMETER_VALUE',
      `Presigned ${what} is not supported for artifacts that this server hands through: use the mlflow-artifacts endpoints.`,
    )
  }
  const place = artifactStores(settings).at(location)
  if (!place.store.direct) throw notSupported(`Presigned ${what}`)
  return { ...place, direct: place.store.direct }
}
