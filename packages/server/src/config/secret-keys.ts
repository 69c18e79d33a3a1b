import type { Config } from '../config.ts'
import { keyFileOf, type Location } from '../db/location.ts'
import { Secret } from '../secret.ts'
import type { Environment } from './option.ts'

/** Where the keys are that encrypt secrets in the database. */
export type SecretKeys = Pick<Config, 'secret_keys' | 'secret_key_file'>

/** Keys in the environment, or else a file of its own: never in the database that they protect. */
export function secretKeysFrom(env: Environment, database: Location, data_dir: string): SecretKeys {
  const keys = env.MILLRACE_SECRET_KEY || env.MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY
  if (keys) return { secret_keys: new Secret(keys) }
  return { secret_key_file: env.MILLRACE_SECRET_KEY_FILE || keyFileOf(database, data_dir) }
}
