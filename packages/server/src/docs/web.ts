import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../config.ts'
import type { StreamAnswer } from '../http/endpoint.ts'
import { pagePolicy } from '../http/guard.ts'

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
}
const YEAR_S = 31_536_000

const BUILT = join(import.meta.dirname, 'web')

/** The settings with the web page that `tools/web.ts` built from `packages/web`, where it did. */
export const withPage = (settings: Settings): Settings =>
  existsSync(join(BUILT, 'index.html')) ? { ...settings, page_folder: BUILT } : settings

// Names as the builder gives them: no other character, so no way out of the folder (security case ID-03).
const NAME = /^[\w-]+(?:\.[\w-]+)*\.(css|js|svg|woff2)$/

/**
 * The web page itself. It may show pictures, and play sound and films, that it made or fetched itself (previews, charts), and frames of
 * this server, of which only `preview-frame.ts` lets itself be framed; all else as other pages of this server.
 */
export async function webPage(folder: string, settings: Settings): Promise<StreamAnswer> {
  const policy = pagePolicy(settings).replace("img-src 'self'", "img-src 'self' blob:; media-src blob:; frame-src 'self'")
  return {
    headers: { 'content-type': TYPES.html as string, 'content-security-policy': policy, 'cache-control': 'no-cache' },
    body: await readFile(join(folder, 'index.html')),
  }
}

/**
 * A script or style of the web page; undefined when there is none of that name. Their names change with what they hold, so browsers keep
 * them for ever; each lies beside a copy that is compressed already.
 */
export async function webFile(folder: string, name: string, accepted: string): Promise<StreamAnswer | undefined> {
  const type = TYPES[NAME.exec(name)?.[1] ?? '']
  if (type === undefined) return undefined
  const packed = /(^|[ ,])br($|[ ,;])/.test(accepted) ? await bytesOf(join(folder, 'web', `${name}.br`)) : undefined
  const body = packed ?? (await bytesOf(join(folder, 'web', name)))
  if (!body) return undefined
  return {
    headers: {
      'content-type': type,
      'cache-control': `private, max-age=${YEAR_S}, immutable`,
      vary: 'Accept-Encoding',
      ...(packed && { 'content-encoding': 'br' }),
    },
    body,
  }
}

async function bytesOf(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch {
    return undefined
  }
}
