import { readFile } from 'node:fs/promises'
import type { Settings } from '../config.ts'
import type { StreamAnswer } from '../http/endpoint.ts'
import { pagePolicy } from '../http/guard.ts'

const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' } as const

/** One of the files beside this one, as an answer to a browser. The build copies the folder. */
export async function page(file: `${string}.${keyof typeof TYPES}`, settings: Settings): Promise<StreamAnswer> {
  const type = TYPES[file.slice(file.lastIndexOf('.') + 1) as keyof typeof TYPES]
  return {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': pagePolicy(settings),
      // Small, and never out of step with the server that sends it.
      'cache-control': 'no-cache',
    },
    body: await readFile(new URL(`./assets/${file}`, import.meta.url)),
  }
}
