// Loaded into the process of each test file (`--import`): one that is still there after its time is ended and named, with what it has
// open. `--test-timeout` ends a test only: a server that a test left open, or a hook that never returns, would keep the run silent.
import { relative } from 'node:path'

const MINUTE_MS = 60_000
const root = new URL('../..', import.meta.url).pathname
const file = relative(root, process.argv[1] ?? '')
// Those of conformance/ install clients and start servers of other languages.
const limit_ms = Number(process.env.MILLRACE_TEST_FILE_MAX_MS ?? (file.startsWith('conformance/') ? 30 : 6) * MINUTE_MS)

// The runner itself loads this too, and has no limit.
if (process.env.NODE_TEST_CONTEXT !== undefined) setTimeout(end, limit_ms).unref()

function end(): void {
  const open = Object.entries(Object.groupBy(process.getActiveResourcesInfo(), (kind) => kind))
  const counts = open.map(([kind, all]) => `${all?.length} ${kind}`).join(', ')
  process.stderr.write(`${file} was still running after ${limit_ms / 1000} s and was ended. It has open: ${counts || 'nothing'}.\n`)
  process.exit(1)
}
