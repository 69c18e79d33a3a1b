import type { FastifyInstance } from 'fastify'
import { groupEndpoints } from './access/groups/index.ts'
import { inWorkspaces } from './access/in-workspaces.ts'
import { loginEndpoints } from './access/login/index.ts'
import { permissionEndpoints } from './access/permissions/index.ts'
import { quotaEndpoints } from './access/quotas/index.ts'
import { roleEndpoints } from './access/roles/index.ts'
import { sessionEndpoints } from './access/sessions/index.ts'
import { tokenEndpoints } from './access/tokens/index.ts'
import { userEndpoints } from './access/users/index.ts'
import { artifactEndpoints } from './artifacts/index.ts'
import { keptAuditEndpoints } from './audits/index.ts'
import { docsEndpoints } from './docs/index.ts'
import { auditEndpoints } from './events/audit/index.ts'
import { webhookEndpoints } from './events/webhooks/index.ts'
import { healthEndpoints } from './health/index.ts'
import { localOwner } from './http/access.ts'
import { putDeniedOnRecord } from './http/denied.ts'
import type { Endpoint } from './http/endpoint.ts'
import { answerErrors } from './http/failures.ts'
import { frameworkFor } from './http/framework.ts'
import { type Log, logFailures, silent } from './http/log.ts'
import { keepMetrics } from './http/metrics.ts'
import { type House, serveEndpoints } from './http/pipeline.ts'
import { issueEndpoints } from './issues/index.ts'
import { attestationEndpoints } from './registry/attestations/index.ts'
import { inventoryEndpoints } from './registry/inventory/index.ts'
import { modelVersionEndpoints } from './registry/model-versions/index.ts'
import { promotionEndpoints } from './registry/promotions/index.ts'
import { registeredModelEndpoints } from './registry/registered-models/index.ts'
import { rolloutEndpoints } from './registry/rollouts/index.ts'
import { scorerEndpoints } from './scorers/index.ts'
import { servedOrOff } from './switched-off.ts'
import { traceEndpoints } from './traces/index.ts'
import { ownedArtifactEndpoints } from './tracking/artifacts/index.ts'
import { datasetEndpoints } from './tracking/datasets/index.ts'
import { evaluationDatasetEndpoints } from './tracking/evaluation-datasets/index.ts'
import { ensureDefaultExperiment, experimentEndpoints } from './tracking/experiments/index.ts'
import { loggedModelEndpoints } from './tracking/logged-models/index.ts'
import { metricEndpoints } from './tracking/metrics/index.ts'
import { runEndpoints } from './tracking/runs/index.ts'
import { trashEndpoints } from './trash/index.ts'
import { workspaceEndpoints } from './workspaces/index.ts'

/** Every endpoint of the server: each room adds its own here, and nowhere else. */
export const endpoints: readonly Endpoint[] = [
  ...healthEndpoints,
  ...docsEndpoints,
  ...experimentEndpoints,
  ...runEndpoints,
  ...metricEndpoints,
  ...datasetEndpoints,
  ...evaluationDatasetEndpoints,
  ...loggedModelEndpoints,
  ...artifactEndpoints,
  ...ownedArtifactEndpoints,
  ...registeredModelEndpoints,
  ...modelVersionEndpoints,
  ...attestationEndpoints,
  ...promotionEndpoints,
  ...rolloutEndpoints,
  ...inventoryEndpoints,
  ...keptAuditEndpoints,
  ...traceEndpoints,
  ...issueEndpoints,
  ...scorerEndpoints,
  ...webhookEndpoints,
  ...workspaceEndpoints,
  ...permissionEndpoints,
  ...userEndpoints,
  ...tokenEndpoints,
  ...roleEndpoints,
  ...groupEndpoints,
  ...sessionEndpoints,
  ...loginEndpoints,
  ...auditEndpoints,
  ...quotaEndpoints,
  ...trashEndpoints,
]

/** The HTTP application over an open database; it listens nowhere yet. */
export function buildApp(house: House, log: Log = silent): FastifyInstance {
  const app = frameworkFor(house.settings)
  app.addHook('onReady', () => ensureDefaultExperiment(house.db, house.settings))
  answerErrors(app, (denied, request) => putDeniedOnRecord(denied, request, house, log))
  logFailures(app, log)
  keepMetrics(app, house.settings)
  const served = endpoints.map((endpoint) => servedOrOff(endpoint, house.settings))
  const { settings, authority = localOwner } = house
  serveEndpoints(app, served, settings.workspaces ? { ...house, authority: inWorkspaces(authority, house.db.reader) } : house)
  return app
}
