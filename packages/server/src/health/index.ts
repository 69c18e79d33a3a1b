import type { Endpoint } from '../http/endpoint.ts'
import { health } from './health.ts'
import { version } from './version.ts'

export const healthEndpoints: readonly Endpoint[] = [health, version]
