import { posix } from 'node:path'
import type { Checkout, Violation } from './checkout.ts'
import type { Import, Source } from './source.ts'

/** Which package may import which: the arrows of the map in docs/ARCHITECTURE.md. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  cli: ['server', 'runtime', 'formats', 'scan', 'sign', 'audit', 'deploy', 'client'],
  web: ['client'],
  server: ['scan', 'sign', 'audit'],
  runtime: ['formats', 'scan', 'sign', 'client'],
  scan: ['formats'],
  audit: ['scan'],
  deploy: ['client'],
  formats: [],
  sign: [],
  client: [],
}

/**
 * Rooms of the server without a front door, because each of their files is one: the frame that every room stands in.
 * `tracking` and `registry` are floors: their rooms are the folders in them.
 */
const FRAME = new Set(['http', 'db', 'testing'])

/** Who may look past a front door, and why: `importer's path prefix → room`. */
export type DoorKey = { readonly importer: string; readonly room: string; readonly why: string }

/** Packages import each other along the arrows only, and only by their front door's name. */
export function packageArrows(checkout: Checkout): Violation[] {
  return checkout.sources.flatMap((source) => {
    const from = packageOf(source.path)
    if (from === undefined || source.path.endsWith('.test.ts')) return []
    return source.imports.flatMap((one) => {
      const to = packageNamed(one.from)
      if (to !== undefined && to !== from && !(ARROWS[from] ?? []).includes(to)) {
        return [{ path: source.path, line: one.line, message: `${from}/ may not import ${to}/: the arrows are in tools/tidy/arrows.ts.` }]
      }
      const target = resolve(source, one)
      if (target !== undefined && packageOf(target) !== from) {
        return [{ path: source.path, line: one.line, message: `'${one.from}' leaves packages/${from}: import a package by its name.` }]
      }
      return []
    })
  })
}

/** A room of the server is reached through its index.ts and not past it (law 22). */
export function frontDoors(checkout: Checkout, keys: readonly DoorKey[]): Violation[] {
  const rooms = new Set(
    checkout.sources.filter(({ path }) => /^packages\/server\/src\/.+\/index\.ts$/.test(path)).map(({ path }) => posix.dirname(path)),
  )
  const used = new Set<DoorKey>()
  const found = checkout.sources
    .filter(({ path }) => path.startsWith('packages/server/src/') && !path.endsWith('.test.ts'))
    .flatMap((source) => source.imports.flatMap((one) => pastTheDoor(source, one, rooms, keys, used)))
  const stale = keys.filter((key) => !used.has(key))
  return [
    ...found,
    ...stale.map(({ importer, room }) => ({
      path: 'tools/tidy/laws.ts',
      message: `${importer} no longer looks past ${room}'s door: strike the key off.`,
    })),
  ]
}

function pastTheDoor(source: Source, one: Import, rooms: Set<string>, keys: readonly DoorKey[], used: Set<DoorKey>): Violation[] {
  const target = resolve(source, one)
  if (target === undefined || one.only_types) return []
  const room = roomOf(target, rooms)
  if (room === undefined || FRAME.has(posix.basename(room)) || target === `${room}/index.ts` || `${source.path}/`.startsWith(`${room}/`)) {
    return []
  }
  const short = room.replace('packages/server/src/', '')
  const key = keys.find(({ importer, room: to }) => source.path.startsWith(`packages/server/src/${importer}`) && to === short)
  if (key) {
    used.add(key)
    return []
  }
  return [{ path: source.path, line: one.line, message: `ask ${short}/index.ts for it instead of '${one.from}': a room has one door.` }]
}

/** The innermost room that a file is in. */
function roomOf(path: string, rooms: Set<string>): string | undefined {
  for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) if (rooms.has(folder)) return folder
  return undefined
}

const packageOf = (path: string): string | undefined => /^packages\/([a-z]+)\//.exec(path)?.[1]

function packageNamed(specifier: string): string | undefined {
  if (specifier === 'millrace' || specifier.startsWith('millrace/')) return 'cli'
  return /^@millrace\/([a-z]+)/.exec(specifier)?.[1]
}

const resolve = (source: Source, one: Import): string | undefined =>
  one.from.startsWith('.') ? posix.normalize(posix.join(posix.dirname(source.path), one.from)) : undefined
