import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isRemote } from '../backend.ts'
import { readAddress } from '../loading/address.ts'
import { type LoadOptions, loadModel } from '../loading/load.ts'
import { LIMITS, type Limits } from '../protocols/limits.ts'
import { Watching, type WatchingRules } from '../watching/watching.ts'
import { Leaving } from './leaving.ts'
import { Metrics } from './metrics.ts'
import { Models } from './models.ts'
import { Quarantine, type QuarantineEvents } from './quarantine.ts'
import { createServing } from './server.ts'
import { Watch, type WatchEvents } from './watch.ts'

/** How a process serves. */
export type StartOptions = WatchEvents &
  QuarantineEvents &
  Omit<LoadOptions, 'name'> & {
    /** What is served; the first is what `/invocations` asks. */
    readonly uris: readonly string[]
    readonly host: string
    readonly port: number
    readonly token: string | undefined
    /** Whether it may be called by any name; without a token only those who listen to others want that. */
    readonly any_host: boolean
    /** How often aliases are looked up, and what later scans say. */
    readonly poll_ms: number
    readonly limits?: Partial<Limits>
    /** What is kept of requests, and compared with the training data; nothing unless said. */
    readonly watching?: WatchingRules | undefined
    readonly version: string
    readonly onFailure: (error: unknown) => void
  }

/** A process that serves. */
export type Running = {
  readonly url: string
  readonly models: Models
  /** Looks up every alias now, and what later scans say. */
  look(): Promise<void>
  /** Takes no more requests, and ends when those that have begun are answered. */
  close(): Promise<void>
}

/** Loads the models and serves them. @throws Refused when one of them can't be; the system's error when it can't listen */
export async function startServing(options: StartOptions): Promise<Running> {
  const watching = options.watching && new Watching(options.watching)
  const metrics = new Metrics()
  if (watching) metrics.also(() => watching.lines())
  const limits = { ...LIMITS, ...options.limits }
  const leaving = new Leaving()
  const models = new Models(
    (model) => watching?.attach(model),
    (model) => {
      watching?.detach(model)
      if (isRemote(model.backend)) leaving.add(model.backend, limits.request_ms)
    },
  )
  const end = async (): Promise<void> => {
    for (const { backend } of models.all) if (isRemote(backend)) await backend.close()
    await leaving.close()
    await watching?.close()
  }
  try {
    return await begin(options, models, createServing({ ...options, models, metrics, limits }), end)
  } catch (error) {
    await end()
    throw error
  }
}

/** Loads what is asked for, then listens. `end` ends the processes of models, and what watches them. */
async function begin(options: StartOptions, models: Models, server: Server, end: () => Promise<void>): Promise<Running> {
  const watches: Watch[] = []
  for (const uri of options.uris) {
    const model = await loadModel(uri, options)
    models.put(model)
    const address = readAddress(uri)
    if (address.kind === 'alias' && options.client) watches.push(new Watch(options.client, models, address, model, options))
  }
  const quarantine = options.client && new Quarantine(options.client, models, options)
  // What is being rolled out is joined before the first request comes.
  for (const watch of watches) await watch.look()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  for (const watch of watches) watch.start(options.poll_ms)
  const asking = quarantine && setInterval(() => void quarantine.look(), options.poll_ms).unref()
  const { address, port, family } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    models,
    look: async () => {
      for (const watch of watches) await watch.look()
      await quarantine?.look()
    },
    close: async () => {
      for (const watch of watches) watch.stop()
      clearInterval(asking)
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      })
      await end()
    },
  }
}
