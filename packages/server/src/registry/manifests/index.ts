export { freezeVersion, thawVersion } from './freeze-version.ts'
export type { Manifest, ManifestFile } from './manifest.ts'
export { digestOf, manifestOfVersion } from './manifest-store.ts'
export { Registrar, type Step, settled } from './registrar.ts'
