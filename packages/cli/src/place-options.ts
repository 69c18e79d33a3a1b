import { type Option, serverOptions } from '@millrace/server/config'

const NAMES = [
  'backend-store-uri',
  'data-dir',
  'artifacts-destination',
  'default-artifact-root',
  'serve-artifacts',
  'allowed-artifact-roots',
  'env-file',
]

/** Where the database and the artifacts are, for commands that look at both. */
export const placeOptions: readonly Option[] = serverOptions.filter(({ flag }) => NAMES.includes(flag))
