// `npm run build`: compiles each package into its dist folder, as it is published: JavaScript, declarations, and what is not TypeScript.
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildWeb } from './web.ts'

const root = new URL('..', import.meta.url).pathname

/** The packages in an order in which each comes after those that it depends on: its types are read from their dist folders. */
function inOrder(): string[] {
  const left = new Map(
    globSync('packages/*/tsconfig.build.json', { cwd: root }).map((file) => {
      const folder = file.slice(0, file.lastIndexOf('/'))
      const { name, dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
      return [name as string, { folder, needs: Object.keys(dependencies) }]
    }),
  )
  const order: string[] = []
  while (left.size > 0) {
    const ready = [...left].filter(([, { needs }]) => needs.every((need) => !left.has(need)))
    if (ready.length === 0) throw new Error(`these packages depend on each other in a circle: ${[...left.keys()].join(', ')}`)
    for (const [name, { folder }] of ready) {
      order.push(folder)
      left.delete(name)
    }
  }
  return order
}

// The server's package carries the page.
buildWeb()
for (const folder of inOrder()) {
  const dist = join(root, folder, 'dist')
  rmSync(dist, { recursive: true, force: true })
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { status } = spawnSync(tsc, ['-p', join(folder, 'tsconfig.build.json')], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  cpSync(join(root, folder, 'src'), dist, {
    recursive: true,
    filter: (path) => !path.endsWith('.ts') && !path.endsWith('/testing'),
  })
  // The licence asks that it goes along with every copy.
  cpSync(join(root, 'LICENSE'), join(dist, 'LICENSE'))
  console.log(`built ${folder}`)
}
