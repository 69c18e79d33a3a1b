// Run by ./millrace when a source is newer than the bundle: a thousand modules become a few files, which start in half the time and memory.
import { globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { type OutputOptions, type Plugin, rolldown } from 'rolldown'

const root = resolve(import.meta.dirname, '../..')
/** Each bundle has a folder of its own, from which its processes load more as they go on; the file `current` names the newest. */
const bundles = join(root, 'node_modules/.cache/millrace/bundles')
const KEPT = 5
const HOUR_MS = 3_600_000

/** What a process or a thread starts with, by its name in the bundle. */
const PROGRAMS: Readonly<Record<string, string>> = {
  main: 'packages/cli/src/main.ts',
  'reader-worker': 'packages/server/src/http/reader-worker.ts',
  'hash-worker': 'packages/sign/src/hash-worker.ts',
  'parquet-worker': 'packages/runtime/src/batch/parquet-worker.ts',
}
/** The scanner's child: one file, which starts in half the time of ten that import each other. */
const CHILD = { child: 'packages/scan/src/child/child.ts' }
/** Who starts all but the first. They look for them beside themselves, which in the bundle is where they are. */
const STARTERS = [
  ...['packages/server/src/http/reader-thread.ts', 'packages/sign/src/hash-model.ts', 'packages/scan/src/child/run-child.ts'],
  'packages/runtime/src/batch/parquet-rows.ts',
]

/** What every command starts with, and what a scan does: in a file each rather than in twenty small ones. */
const STARTS = [
  { name: 'start', test: /cli\/src\/(command|env-file)\.ts|server\/src\/config\/(problem|secret)\.ts|bundle\/stacks|^\0node:(fs|path)$/ },
  { name: 'scan', test: /cli\/src\/(scan|parse|nearest|version)\.ts|packages\/scan\/src\// },
]

/** Endpoints that the reader thread loads one by one. */
const HEAVY = 'heavy: import.meta.url'
const heavyName = (file: string): string => relative('packages/server/src', file).replace(/\.ts$/, '').replaceAll('/', '-')

/** What stays where npm put it: native, big, or seldom asked for. */
const EXTERNAL = [
  ...['better-sqlite3', 'pg', 'openid-client', 'web-tree-sitter', 'tree-sitter-python', /^@aws-sdk\//, /^@sigstore\//, /^@zxcvbn-ts\//],
  // Parts of Fastify that this server does not use: half a megabyte.
  ...['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request'],
]

/** In the bundle as in the checkout, a module that asks for its place gets the checkout's, where the files are that it reads. */
const places = (folder: string): Plugin => ({
  name: 'places',
  transform(code, id) {
    const file = relative(root, id)
    if (!file.startsWith('packages/')) return null
    const stacks = Object.values({ ...PROGRAMS, ...CHILD }).includes(file) ? `\nimport '${join(import.meta.dirname, 'stacks.ts')}'\n` : ''
    if (STARTERS.includes(file)) return null
    const placed = code
      .replaceAll(HEAVY, `heavy: new URL('./${heavyName(file)}.js', import.meta.url).href`)
      .replaceAll(/(?<!\.js', )import\.meta\.url/g, `new URL('${relative(folder, id)}', import.meta.url).href`)
      .replaceAll('import.meta.dirname', `new URL('${relative(folder, dirname(id))}', import.meta.url).pathname`)
    return { code: placed + stacks, map: null }
  },
})

/**
 * Node's own modules, which an import asks for everything that they export, however heavy (16 MiB for `node:http`); here, for what is used.
 * All but `node:module`, with which the bundle's own code begins.
 */
const builtins: Plugin = {
  name: 'builtins',
  resolveId: (id, _from, { kind }) => (/^node:(?!module$)/.test(id) && kind === 'import-statement' ? `\0${id}` : null),
  load: (id) => (id.startsWith('\0node:') ? `module.exports = process.getBuiltinModule('${id.slice(1)}')` : null),
}

function programs(): Record<string, string> {
  const heavy = globSync('packages/server/src/**/*.ts', { cwd: root })
    .filter((file) => readFileSync(join(root, file), 'utf8').includes(HEAVY))
    .map((file) => [heavyName(file), file])
  return { ...PROGRAMS, ...Object.fromEntries(heavy) }
}

async function build(folder: string): Promise<void> {
  await bundled(programs(), folder, {
    format: 'esm',
    chunkFileNames: '[name]-[hash].js',
    entryFileNames: '[name].js',
    codeSplitting: { groups: STARTS },
  })
  await bundled(CHILD, folder, { format: 'cjs', codeSplitting: false, entryFileNames: '[name].cjs' })
}

async function bundled(input: Record<string, string>, folder: string, output: OutputOptions): Promise<void> {
  const bundle = await rolldown({
    input,
    cwd: root,
    platform: 'node',
    resolve: { conditionNames: ['source', 'node', 'import', 'default'] },
    external: EXTERNAL,
    transform: { define: { 'import.meta.bundled': 'true' } },
    checks: { ineffectiveDynamicImport: false },
    plugins: [places(folder), builtins],
  })
  await bundle.write({
    dir: folder,
    sourcemap: 'hidden',
    sourcemapExcludeSources: true,
    // V8 keeps the text. Names stay as they are: for stacks, and for what asks for a function's or a class's name.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    ...output,
  })
}

/** A process that runs from an older bundle still loads from it, so the latest few stay. */
function sweep(): void {
  const folders = readdirSync(bundles, { withFileTypes: true }).filter((one) => one.isDirectory())
  const old = folders
    .map(({ name }) => ({ path: join(bundles, name), made_ms: statSync(join(bundles, name)).mtimeMs }))
    .sort((a, b) => b.made_ms - a.made_ms)
    .slice(KEPT)
  for (const { path, made_ms } of old) if (Date.now() - made_ms > HOUR_MS) rmSync(path, { recursive: true, force: true })
}

try {
  const begun = new Date()
  const name = `${begun.getTime()}-${process.pid}`
  mkdirSync(bundles, { recursive: true })
  await build(join(bundles, name))
  // Others may build at the same time: each names its own in one step, and what changed since this one began is newer than its file.
  const pointer = join(bundles, `${name}.pointer`)
  writeFileSync(pointer, `${name}\n`)
  utimesSync(pointer, begun, begun)
  renameSync(pointer, join(bundles, 'current'))
  sweep()
} catch (error) {
  process.stderr.write(`millrace: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
