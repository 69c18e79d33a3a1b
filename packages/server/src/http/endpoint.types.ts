// What must not compile, checked by `tsc`: an unused @ts-expect-error is an error itself.
import { command } from '../db/handles.ts'
import { read, stream, write } from './endpoint.ts'
import { int64, object, string } from './schema.ts'

const input = object({ name: string() })
const output = object({ count: int64() })
const rest = { route: 'POST /x', summary: 'x', input, output } as const
const access = { public: 'an example' } as const
const CHANGE = command('delete from run')

// @ts-expect-error: nobody said who may
export const readWithoutAccess = read({ ...rest, handler: async () => ({ count: 1 }) })

// @ts-expect-error: nobody said who may
export const writeWithoutAccess = write({ ...rest, handler: async () => ({ count: 1 }) })

// @ts-expect-error: nobody said who may
export const streamWithoutAccess = stream({ route: 'GET /x', summary: 'x', input, answers: 'x', handler: async () => ({}) })

// @ts-expect-error: `public` needs its reason
export const publicWithoutReason = read({ ...rest, access: { public: true }, handler: async () => ({ count: 1 }) })

// @ts-expect-error: a permission needs the thing that it is for
export const permissionOnNothing = read({ ...rest, access: { permission: 'read' }, handler: async () => ({ count: 1 }) })

export const permissionOnUnknownField = read({
  ...rest,
  // @ts-expect-error: the thing is named from the decoded input, which has no such field
  access: { permission: 'read', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  handler: async () => ({ count: 1 }),
})

export const readerThatWrites = read({
  ...rest,
  access,
  async handler(db) {
    // @ts-expect-error: a Reader runs no command
    await db.run(CHANGE)
    return { count: 1 }
  },
})

export const wrongOutput = read({
  ...rest,
  access,
  // @ts-expect-error: the answer is not of the declared shape
  handler: async () => ({ count: 'one' }),
})

export const missingOutput = write({
  ...rest,
  access,
  // @ts-expect-error: the answer lacks a field
  handler: async () => ({}),
})

export const wrongInput = write({
  ...rest,
  access,
  // @ts-expect-error: the input has no such field
  handler: async (_tx, { count }) => ({ count }),
})

// @ts-expect-error: a route is a method and a path
export const wrongRoute = read({ ...rest, route: '/x', access, handler: async () => ({ count: 1 }) })
