// `npm run web`: builds the web page into the folder from which the server sends it, unless what is there is of the same sources.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { inTurn } from './in-turn.ts'

const root = new URL('..', import.meta.url).pathname
const built = join(root, 'packages/server/src/docs/web')
const mark = join(built, 'sources.sha256')

/** One digest of everything that the page is made of. */
function digestOfSources(): string {
  const files = ['package-lock.json', ...globSync('packages/{web,client}/{src/**/*.{ts,tsx,css},*.{json,html,ts}}', { cwd: root })].sort()
  const hash = createHash('sha256')
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

/** Builds the page if it is not there or of other sources. @throws Error when it can't be built */
export const buildWeb = (): void => inTurn('web', build)

function build(): void {
  const digest = digestOfSources()
  if (existsSync(mark) && readFileSync(mark, 'utf8') === digest) return
  console.log('building the web page: a few seconds, once')
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(root, 'packages/web'),
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('the web page could not be built: the lines above say why')
  // Compressed once here instead of at every request.
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  for (const file of globSync('web/*.{js,css}', { cwd: built })) {
    writeFileSync(join(built, `${file}.br`), brotliCompressSync(readFileSync(join(built, file)), { params }))
  }
  writeFileSync(mark, digest)
}

if (import.meta.main) buildWeb()
