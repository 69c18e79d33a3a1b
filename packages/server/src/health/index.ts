import type { Endpoint } from '../http/endpoint.ts'
import { health } from './health.ts'
import { metrics } from './metrics.ts'
import { serverInfo } from './server-info.ts'
import { serverStatus } from './status.ts'
import { version } from './version.ts'

export const healthEndpoints: readonly Endpoint[] = [health, version, serverInfo, metrics, serverStatus]
