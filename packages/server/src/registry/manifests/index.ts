export { freezeVersion, thawVersion } from './freeze-version.ts'
export { digestOf, manifestOfVersion } from './manifest-store.ts'
export { Registrar, type Step, settled } from './registrar.ts'
