import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { programIn } from '../packages/runtime/src/backends/limited.ts'
import { inTurn } from '../tools/in-turn.ts'
import { installFromDebian } from './debian.ts'

const folder = join(new URL('..', import.meta.url).pathname, '.cache', 'bubblewrap')
const unpacked = join(folder, 'usr', 'bin')

/**
 * Puts bubblewrap into the PATH of this process and of those that it starts: the machine's, or Debian's, installed or, for those who may
 * not install, unpacked in `.cache/`. @throws when it can't be had: a missing program is a failure, never a skip
 */
export function useBubblewrap(): void {
  if (programIn('bwrap')) return
  inTurn('bubblewrap', () => {
    if (programIn('bwrap') || existsSync(join(unpacked, 'bwrap')) || installFromDebian('bubblewrap')) return
    mkdirSync(folder, { recursive: true })
    execFileSync('apt-get', ['download', 'bubblewrap'], { cwd: folder, stdio: 'inherit' })
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb'))
    execFileSync('dpkg', ['-x', join(folder, archive ?? 'bubblewrap.deb'), folder], { stdio: 'inherit' })
  })
  if (!programIn('bwrap')) process.env.PATH = `${unpacked}${delimiter}${process.env.PATH}`
}
