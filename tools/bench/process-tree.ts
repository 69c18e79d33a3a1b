import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const TICKS = 100

type Process = { readonly pid: number; readonly parent: number; readonly cpu_s: number }

function readProcess(pid: string): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in brackets, may hold spaces and brackets: fields are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { pid: Number(pid), parent: Number(fields[1]), cpu_s: (Number(fields[11]) + Number(fields[12])) / TICKS }
  } catch {
    return undefined // it ended meanwhile
  }
}

function tree(root: number): Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(readProcess)
    .filter((found) => found !== undefined)
  const found = all.filter(({ pid }) => pid === root)
  for (const parent of found) found.push(...all.filter((one) => one.parent === parent.pid))
  return found
}

/** Seconds of CPU that a process and its descendants have used. */
export const cpuSeconds = (root: number): number => tree(root).reduce((sum, { cpu_s }) => sum + cpu_s, 0)

/** Memory of a process and its descendants in MiB, as PSS: a page that several share counts once. */
export function memoryMiB(root: number): number {
  let kib = 0
  for (const { pid } of tree(root)) {
    try {
      kib += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
    } catch {
      // it ended meanwhile
    }
  }
  return Math.round(kib / 1024)
}
