// The process in which lanes.ts has a reader fuzzed.
import { fuzzAsChild } from './as-child.ts'
import { targets } from './targets.ts'

await fuzzAsChild(targets)
