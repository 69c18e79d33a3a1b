import { artifactCases } from './artifact-cases.ts'
import type { Cases } from './case.ts'
import { registryCases } from './registry-cases.ts'
import { traceCases } from './trace-cases.ts'
import { trackingCases } from './tracking-cases.ts'

/** Every case; Node and Chromium run the same. */
export const CASES: Cases = { ...trackingCases, ...artifactCases, ...registryCases, ...traceCases }
