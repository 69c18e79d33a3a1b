import { openSync, writevSync } from 'node:fs'
import { fuzz } from './fuzz.ts'
import { chosen, type Target } from './target.ts'

/**
 * What a process of lanes.ts does, whose arguments are the target, for how many milliseconds, from which seed, and a file. The file has at
 * all times the number of the input under way, how long its name and its bytes are, and both: whatever becomes of this process, what it
 * was doing is known.
 */
export async function fuzzAsChild(targets: readonly Target[]): Promise<void> {
  const [name = '', time_ms, seed, file = ''] = process.argv.slice(2)
  const [target] = chosen(targets, [name]) as [Target]
  const fd = openSync(file, 'w')
  const head = Buffer.alloc(12)
  let count = 0
  const { tried, endings, failed } = await fuzz(target, {
    time_ms: Number(time_ms),
    seed: Number(seed),
    onInput({ name: input, bytes }) {
      const named = Buffer.from(input)
      head.writeUInt32LE(++count, 0)
      head.writeUInt32LE(named.length, 4)
      head.writeUInt32LE(bytes.length, 8)
      writevSync(fd, [head, named, bytes], 0)
    },
  })
  const { user, system } = process.cpuUsage()
  const told = failed.map(({ bytes, ...rest }) => ({ ...rest, bytes: bytes.toString('base64') }))
  process.send?.({ tried, endings, cpu_s: (user + system) / 1e6, failed: told } satisfies Told, () => process.exit())
}

/** What such a process says in the end. */
export type Told = {
  readonly tried: number
  readonly endings: number
  /** How much of the processor it got in its time. */
  readonly cpu_s: number
  readonly failed: readonly { readonly name: string; readonly bytes: string; readonly why: string }[]
}
