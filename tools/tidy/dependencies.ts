import type { Checkout, Violation } from './checkout.ts'

type Manifest = {
  name: string
  version: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

const DOCUMENT = 'docs/dependencies.md'
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/
const ROW = /^\| `([^`]+)` \|/gm

/** Every package.json of the workspace with its path. */
function manifests({ texts }: Checkout): [string, Manifest][] {
  return [...texts]
    .filter(([path]) => path === 'package.json' || /^packages\/[a-z]+\/package\.json$/.test(path))
    .map(([path, text]) => [path, JSON.parse(text)])
}

const wanted = (manifest: Manifest): [string, string][] =>
  [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies, manifest.peerDependencies].flatMap((list) =>
    Object.entries(list ?? {}),
  )

/** Every dependency is named at one exact version and has its row in docs/dependencies.md, and every row its dependency. */
export function dependencies(checkout: Checkout): Violation[] {
  const found: Violation[] = []
  const all = manifests(checkout)
  const ours = new Set(all.map(([, { name }]) => name))
  const rows = new Set([...(checkout.texts.get(DOCUMENT) ?? '').matchAll(ROW)].map((row) => row[1] as string))
  const used = new Set<string>()
  for (const [path, manifest] of all) {
    for (const [name, version] of wanted(manifest)) {
      if (!EXACT.test(version)) found.push({ path, message: `${name} is "${version}": name one exact version (npm i -E).` })
      if (ours.has(name)) continue
      used.add(name)
      if (!rows.has(name)) found.push({ path, message: `${name} has no row in ${DOCUMENT}: say what for, why this one, what it pulls in.` })
    }
  }
  for (const row of rows) if (!used.has(row)) found.push({ path: DOCUMENT, message: `nothing depends on '${row}': strike its row off.` })
  return found
}

/** The workspace has one version number. */
export function oneVersion(checkout: Checkout): Violation[] {
  const all = manifests(checkout)
  const version = all.find(([path]) => path === 'package.json')?.[1].version
  return all
    .filter(([, manifest]) => manifest.version !== version)
    .map(([path, manifest]) => ({ path, message: `version ${manifest.version}, and the workspace has ${version}: they change together.` }))
}

/** What is installed alone, or must be small enough to be read before it is believed. */
const WITHOUT = new Set(['packages/client/package.json', 'packages/sign/package.json'])

/** The client is for browsers too and the verifiers run offline: these packages depend on nothing outside. */
export function withoutDependencies(checkout: Checkout): Violation[] {
  return manifests(checkout)
    .filter(([path, manifest]) => WITHOUT.has(path) && Object.keys(manifest.dependencies ?? {}).length > 0)
    .map(([path]) => ({ path, message: 'this package has no runtime dependencies: write the few lines, or leave it out.' }))
}
