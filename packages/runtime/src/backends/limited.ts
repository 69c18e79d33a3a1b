import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What another process may take. */
export type ProcessLimits = { readonly memory_max_bytes: number; readonly processes_max?: number; readonly cpu_max_seconds?: number }

/**
 * A command that starts a program with bounds that the kernel keeps, where the system has util-linux's `prlimit`; the program as it is
 * elsewhere. Memory is what a process can write to, not the addresses that it sets aside.
 */
export function limited(command: readonly string[], limits: ProcessLimits): [string, string[]] {
  const { memory_max_bytes, processes_max, cpu_max_seconds } = limits
  const prlimit = programIn('prlimit')
  const [program, ...args] = command as [string, ...string[]]
  if (prlimit === undefined) return [program, args]
  const bounds = [
    `--data=${memory_max_bytes}`,
    '--core=0',
    ...(processes_max === undefined ? [] : [`--nproc=${processes_max}`]),
    ...(cpu_max_seconds === undefined ? [] : [`--cpu=${cpu_max_seconds}`]),
  ]
  return [prlimit, [...bounds, '--', program, ...args]]
}

/** Where a program is that the PATH has. */
export function programIn(name: string, path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
