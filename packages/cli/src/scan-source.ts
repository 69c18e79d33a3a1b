import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { isCode } from '@millrace/client'
import type { ScanReport } from '@millrace/scan'
import { ConfigProblem, type Environment, type Given } from '@millrace/server/config'
import { addressOf, asking, trackingClient, versionNamed } from './signing/tracking.ts'

/** What is to be scanned, on this disk; `done` removes what was fetched. `kept` is what the server found, where it hands out nothing. */
export type ScanSource = { readonly path: string; readonly done: () => void; readonly kept?: ScanReport }

/** The files of a registered version, fetched by their digests. @throws ConfigProblem */
export async function scanSource(path: string, given: Given, env: Environment): Promise<ScanSource> {
  const version = versionNamed(path)
  if (version) return fetched(version, given, env)
  throw new ConfigProblem(
    `millrace scan takes a file, a folder, a version like models:/churn/3, or s3://bucket/prefix, not ${path.replace(/:.*/s, ':')}`,
  )
}

async function fetched(version: { name: string; version: string }, given: Given, env: Environment): Promise<ScanSource> {
  const client = trackingClient(given, env)
  const folder = mkdtempSync(join(tmpdir(), 'millrace-scan-'))
  const done = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    await asking(addressOf(version), async () => {
      const { files } = await client.millrace.modelVersionsManifest(version)
      for (const { path, sha256 } of files) {
        // The names come from a server: none leads out of the folder.
        const parts = path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\\'))
        const to = join(folder, ...(parts.length > 0 ? parts : ['model']))
        mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
        const body = await client.downloadArtifact(version, path, { sha256 })
        await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(to, { flags: 'wx', mode: 0o600 }))
      }
    })
    return { path: folder, done }
  } catch (error) {
    done()
    if (!isCode((error as Error).cause, 'PERMISSION_DENIED')) throw error
    const kept = await (await import('./scan-kept.ts')).keptReport(client, version)
    if (kept.ending === 'clean') throw error
    process.stderr.write('The server does not hand out its files: this is what its own scan found.\n')
    return { path: folder, done, kept }
  }
}
