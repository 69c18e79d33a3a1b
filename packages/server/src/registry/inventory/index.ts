import type { Endpoint } from '../../http/endpoint.ts'
import { findKnownFiles } from './known.ts'
import { listUnapprovedVersions } from './unapproved.ts'
import { listUnregisteredModels } from './unregistered.ts'

/** What there is beside the registry's good versions: files by digest, models that nobody registered, versions that nobody approved. */
export const inventoryEndpoints: readonly Endpoint[] = [findKnownFiles, listUnregisteredModels, listUnapprovedVersions]
