import { type ClientOptions, MillraceClient } from '../client.ts'
import { runTags } from './run-tags.ts'

/**
 * A client as MLflow's variables say: `MLFLOW_TRACKING_URI`, `MLFLOW_TRACKING_USERNAME` and `_PASSWORD`, or `MLFLOW_TRACKING_TOKEN`, and
 * `MLFLOW_WORKSPACE`; its runs are tagged with user, program and git commit. @param options what is to be otherwise
 * @throws TypeError when no variable and no option says where the server is
 */
export function clientFromEnvironment(options: Partial<ClientOptions> = {}, env: NodeJS.ProcessEnv = process.env): MillraceClient {
  const url = options.url ?? env.MLFLOW_TRACKING_URI
  if (!url || !/^https?:\/\//.test(url)) {
    throw new TypeError(`'${url ?? ''}' is no server's address: set MLFLOW_TRACKING_URI to it, such as http://127.0.0.1:5000`)
  }
  return new MillraceClient({
    username: env.MLFLOW_TRACKING_USERNAME,
    password: env.MLFLOW_TRACKING_PASSWORD,
    token: env.MLFLOW_TRACKING_TOKEN,
    workspace: env.MLFLOW_WORKSPACE,
    runTags: () => runTags(),
    ...options,
    url,
  })
}
