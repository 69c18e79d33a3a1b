import type { Endpoint } from '../../http/endpoint.ts'
import { findKnownFiles } from './known.ts'
import { inventoryReportEndpoints } from './reports/index.ts'
import { listUnapprovedVersions } from './unapproved.ts'
import { listUnregisteredModels } from './unregistered.ts'

export { type InUse, versionsInUse } from './in-use.ts'

/** What there is beside the registry's good versions: files by digest, models that nobody registered, versions that nobody approved. */
export const inventoryEndpoints: readonly Endpoint[] = [
  findKnownFiles,
  listUnregisteredModels,
  listUnapprovedVersions,
  ...inventoryReportEndpoints,
]
