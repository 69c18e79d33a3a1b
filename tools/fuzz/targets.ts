import { modelTargets } from './model-targets.ts'
import { requestTargets } from './request-targets.ts'
import { rowTargets } from './row-targets.ts'
import { scanTargets } from './scan-targets.ts'
import type { Target } from './target.ts'

/** Every fuzzer: one for each format of the scanner, one for each reader of the runtime. */
export const targets: readonly Target[] = [...scanTargets, ...modelTargets, ...rowTargets, ...requestTargets]
