import type { Option } from './option.ts'

/** A flag of `mlflow server` that is taken so that a start script keeps working, and has nothing to do here. */
const ignored = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Accepted for MLflow, without effect' })

/** Flags of `mlflow server` that have nothing to do here. */
export const forMlflow: readonly Option[] = [
  ignored({ flag: 'gunicorn-opts', variables: ['MLFLOW_GUNICORN_OPTS'], value: '<options>', about: 'There is no gunicorn' }),
  ignored({ flag: 'waitress-opts', value: '<options>', about: 'There is no waitress' }),
  ignored({ flag: 'uvicorn-opts', variables: ['MLFLOW_UVICORN_OPTS'], value: '<options>', about: 'There is no uvicorn' }),
  ignored({ flag: 'dev', about: 'Nothing reloads; see --log-level debug' }),
  ignored({
    flag: 'disable-security-middleware',
    variables: ['MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE'],
    about: 'The checks stay on; --allowed-hosts and --cors-allowed-origins open what is needed',
  }),
  ignored({
    flag: 'read-replica-backend-store-uri',
    variables: ['MLFLOW_READ_REPLICA_BACKEND_STORE_URI'],
    value: '<uri>',
    about: 'Reads go to the backend store too, so that everyone reads what was just written',
  }),
  ignored({ flag: 'secrets-cache-ttl', value: '<seconds>', about: 'There is no cache of secrets' }),
  ignored({ flag: 'secrets-cache-max-size', value: '<n>', about: 'There is no cache of secrets' }),
  ignored({
    flag: 'workspace-store-uri',
    variables: ['MLFLOW_WORKSPACE_STORE_URI'],
    value: '<uri>',
    about: 'Workspaces are kept in the backend store',
  }),
]
