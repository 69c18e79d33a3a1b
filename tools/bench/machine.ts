import os from 'node:os'

/** The machine that figures are from, in a line. */
export function machine(): string {
  const memory_GiB = Math.round(os.totalmem() / 2 ** 30)
  const cores = `${os.availableParallelism()} cores (${os.cpus()[0]?.model.trim()})`
  return `${cores}, ${memory_GiB} GiB, ${os.type()} ${os.release()}, Node ${process.versions.node}`
}
