import type { Endpoint } from '../../http/endpoint.ts'
import { createWebhook } from './create.ts'
import { deleteWebhook } from './delete.ts'
import { listDeadDeliveries } from './deliveries/list.ts'
import { replayDeliveries } from './deliveries/replay.ts'
import { getWebhook } from './get.ts'
import { listWebhooks } from './list.ts'
import { testWebhook } from './test.ts'
import { updateWebhook } from './update.ts'

export { Courier } from './courier.ts'
export { queueDeliveries, queueFor } from './queue.ts'
export { resealWebhookSecrets } from './reseal.ts'
export { webhookById } from './webhook-store.ts'

/** Every endpoint of webhooks. */
export const webhookEndpoints: readonly Endpoint[] = [
  createWebhook,
  listWebhooks,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  testWebhook,
  listDeadDeliveries,
  replayDeliveries,
]
