import { measureTrash } from '../gc/index.ts'
import { read } from '../http/endpoint.ts'
import { array, int64, object, string, withDefault } from '../http/schema.ts'

const LEFT_MAX = 100

/** What `millrace gc --dry-run` says, without a shell on the server's machine. */
export const measureTrashEndpoint = read({
  route: 'GET /api/2.0/millrace/trash/measure',
  summary: 'Tell what emptying the trash would remove, how many bytes that frees, and what would stay; nothing is removed',
  access: { permission: 'manage', on: () => ({ server: 'settings' }) },
  input: object({
    older_than_s: withDefault(int64({ min: 0, description: 'Only what was deleted so many seconds ago, or longer' }), 0),
  }),
  output: object({
    experiments: int64(),
    runs: int64(),
    logged_models: int64(),
    files: int64(),
    bytes: int64(),
    left: array(string({ description: 'What would stay, and why' })),
    left_in_all: int64(),
  }),
  async handler(db, { older_than_s }, { caller, settings, now_ms }) {
    const before_ms = Math.max(0, now_ms - older_than_s * 1_000)
    const within = settings.workspaces ? { workspace: caller.workspace } : {}
    const { left, failed: _, ...rest } = await measureTrash(db, settings, { before_ms, ...within })
    return { ...rest, left: left.slice(0, LEFT_MAX), left_in_all: left.length }
  },
})
