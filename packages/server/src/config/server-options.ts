import type { Option } from './option.ts'

/** A flag of `mlflow server` that is taken so that a start script keeps working, and has nothing to do here. */
const ignored = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Accepted for MLflow, without effect' })

const storage: readonly Option[] = [
  {
    flag: 'backend-store-uri',
    variables: ['MLFLOW_BACKEND_STORE_URI'],
    value: '<uri>',
    fallback: 'a SQLite file, millrace.db, in the data folder',
    about: 'The database: sqlite:///relative.db, sqlite:////absolute.db, or postgresql://user@host:5432/name (without a password in it)',
    group: 'Storage',
  },
  {
    flag: 'registry-store-uri',
    variables: ['MLFLOW_REGISTRY_STORE_URI'],
    value: '<uri>',
    fallback: 'the backend store',
    about: 'Only the same as --backend-store-uri: everything is in one database',
    group: 'Storage',
  },
  {
    flag: 'data-dir',
    variables: ['MILLRACE_DATA_DIR'],
    value: '<folder>',
    fallback: './millrace-data',
    about: 'Where the SQLite database and the artifacts go when nothing else is said',
    group: 'Storage',
  },
  {
    flag: 'artifacts-destination',
    variables: ['MLFLOW_ARTIFACTS_DESTINATION'],
    value: '<uri>',
    fallback: 'artifacts/ in the data folder',
    about: 'Where the server keeps the artifacts that it hands through: a folder or s3://bucket/prefix',
    group: 'Storage',
  },
  {
    flag: 'default-artifact-root',
    variables: ['MLFLOW_DEFAULT_ARTIFACT_ROOT'],
    value: '<uri>',
    fallback: 'mlflow-artifacts:/, the server hands artifacts through',
    about: 'Where new experiments keep artifacts when clients write to the storage themselves',
    group: 'Storage',
  },
  {
    flag: 'allowed-artifact-roots',
    variables: ['MILLRACE_ALLOWED_ARTIFACT_ROOTS'],
    value: '<uris>',
    fallback: 'none',
    about: 'Further folders or s3://bucket/prefix, separated by commas, in which experiments may keep artifacts',
    group: 'Storage',
  },
  {
    flag: 'artifact-max-bytes',
    variables: ['MILLRACE_ARTIFACT_MAX_BYTES'],
    value: '<n>',
    fallback: 'as long as the store takes',
    about: 'How long one uploaded artifact may be',
    group: 'Storage',
  },
  {
    flag: 'artifacts-keep-free-bytes',
    variables: ['MILLRACE_ARTIFACTS_KEEP_FREE_BYTES'],
    value: '<n>',
    fallback: '268435456, a quarter of a GiB',
    about: 'How much of the disk under the artifacts uploads leave free',
    group: 'Storage',
  },
  {
    flag: 'model-source-pattern',
    variables: ['MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX'],
    value: '<regex>',
    fallback: 'none',
    about: 'A regular expression that the source of every new model version must match, besides what the server checks',
    group: 'Storage',
  },
  {
    flag: 'serve-artifacts',
    off: 'no-serve-artifacts',
    variables: ['MLFLOW_SERVE_ARTIFACTS'],
    fallback: 'on',
    about: 'Hand artifacts through, so that clients need no access to the storage',
    group: 'Storage',
  },
  {
    flag: 'artifacts-only',
    variables: ['MLFLOW_ARTIFACTS_ONLY'],
    fallback: 'off',
    about: 'Serve the artifact endpoints and nothing else',
    group: 'Storage',
  },
]

const network: readonly Option[] = [
  {
    flag: 'host',
    short: 'h',
    variables: ['MLFLOW_HOST'],
    value: '<address>',
    fallback: '127.0.0.1',
    about: 'The address to listen on; one that others can reach needs --insecure-no-auth as long as there is no login',
    group: 'Network',
  },
  {
    flag: 'port',
    short: 'p',
    variables: ['MLFLOW_PORT'],
    value: '<port>',
    fallback: '5000',
    about: 'The port to listen on',
    group: 'Network',
  },
  {
    flag: 'workers',
    short: 'w',
    variables: ['MLFLOW_WORKERS'],
    value: '<n>',
    fallback: '1',
    about: 'Processes that share the port, with PostgreSQL; on SQLite one process serves',
    group: 'Network',
  },
  {
    flag: 'static-prefix',
    variables: ['MLFLOW_STATIC_PREFIX'],
    value: '</path>',
    fallback: 'none',
    about: 'Prefix of every path, for a proxy that serves more than this: /mlflow',
    group: 'Network',
  },
]

const security: readonly Option[] = [
  {
    flag: 'allowed-hosts',
    variables: ['MLFLOW_SERVER_ALLOWED_HOSTS'],
    value: '<hosts>',
    fallback: 'localhost and the addresses of this machine',
    about: 'Names under which the server may be called, separated by commas; others are refused (DNS rebinding)',
    group: 'Security',
  },
  {
    flag: 'cors-allowed-origins',
    variables: ['MLFLOW_SERVER_CORS_ALLOWED_ORIGINS'],
    value: '<origins>',
    fallback: 'none but its own',
    about: 'Origins of web pages that may call the server, separated by commas',
    group: 'Security',
  },
  {
    flag: 'x-frame-options',
    variables: ['MLFLOW_SERVER_X_FRAME_OPTIONS'],
    value: '<value>',
    fallback: 'DENY',
    choices: ['DENY', 'SAMEORIGIN', 'NONE'],
    about: 'Whether other pages may show this one in a frame',
    group: 'Security',
  },
  {
    flag: 'webhook-allowed-hosts',
    variables: ['MILLRACE_WEBHOOK_ALLOWED_HOSTS'],
    value: '<hosts>',
    fallback: 'none: webhooks go to public addresses only',
    about: 'Hosts to which webhooks may be sent whatever their addresses are, separated by commas, with or without a port',
    group: 'Security',
  },
  {
    flag: 'webhook-allowed-schemes',
    variables: ['MLFLOW_WEBHOOK_ALLOWED_SCHEMES'],
    value: '<schemes>',
    fallback: 'https',
    about: "Schemes of webhooks' URLs, separated by commas: https, http",
    group: 'Security',
  },
  {
    flag: 'insecure-no-auth',
    variables: ['MILLRACE_INSECURE_NO_AUTH'],
    fallback: 'off',
    about: 'Listen on an address that others can reach although nobody has to sign in; says so at every start',
    group: 'Security',
  },
  {
    flag: 'app-name',
    value: '<name>',
    fallback: 'none',
    about: "MLflow's apps; basic-auth is refused as long as there are no users",
    group: 'Security',
  },
]

const operation: readonly Option[] = [
  {
    flag: 'expose-prometheus',
    variables: ['MLFLOW_EXPOSE_PROMETHEUS'],
    value: '<folder>',
    fallback: 'off',
    about: 'Serve figures for Prometheus at /metrics; any value turns it on, and no folder is needed',
    group: 'Operation',
  },
  {
    flag: 'log-level',
    variables: ['MILLRACE_LOG_LEVEL', 'MLFLOW_LOGGING_LEVEL'],
    value: '<level>',
    fallback: 'info',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    about: 'What the log on stderr tells: lines for people on a terminal, JSON elsewhere',
    group: 'Operation',
  },
  {
    flag: 'drain-seconds',
    variables: ['MILLRACE_DRAIN_SECONDS'],
    value: '<seconds>',
    fallback: '300',
    about: 'How long a stopping server waits for requests that have begun (uploads) before it cuts them',
    group: 'Operation',
  },
  {
    flag: 'env-file',
    value: '<file>',
    fallback: 'none',
    about: 'Read variables from this file (NAME=value); those that are set already stay',
    group: 'Operation',
  },
]

const forMlflow: readonly Option[] = [
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
  ignored({
    flag: 'trace-archival-config',
    variables: ['MLFLOW_TRACE_ARCHIVAL_CONFIG'],
    value: '<file>',
    about: 'Traces are not archived',
  }),
  ignored({ flag: 'secrets-cache-ttl', value: '<seconds>', about: 'There is no cache of secrets' }),
  ignored({ flag: 'secrets-cache-max-size', value: '<n>', about: 'There is no cache of secrets' }),
  ignored({
    flag: 'workspace-store-uri',
    variables: ['MLFLOW_WORKSPACE_STORE_URI'],
    value: '<uri>',
    about: 'There are no workspaces',
  }),
  {
    flag: 'enable-workspaces',
    off: 'disable-workspaces',
    variables: ['MLFLOW_ENABLE_WORKSPACES'],
    fallback: 'off',
    about: 'Refused when it is turned on: there are no workspaces',
    group: 'Accepted for MLflow, without effect',
  },
]

/** Every flag of `millrace server`: those of `mlflow server` 3.17.2, and a few of our own. */
export const serverOptions: readonly Option[] = [...storage, ...network, ...security, ...operation, ...forMlflow]

/** Variables that have no flag, because what they hold must not stand in a list of processes. */
export const secretVariables: readonly { readonly variable: string; readonly about: string }[] = [
  { variable: 'MILLRACE_DB_PASSWORD', about: "PostgreSQL's password" },
  {
    variable: 'MILLRACE_DB_PASSWORD_FILE',
    about: "A file that holds PostgreSQL's password and nothing else, as Docker and Kubernetes mount it",
  },
  {
    variable: 'PGPASSFILE',
    about: "libpq's password file (host:port:database:user:password), readable by its owner only; ~/.pgpass unless set",
  },
  {
    variable: 'MILLRACE_SECRET_KEY',
    about: "32 bytes in base64 that encrypt webhooks' secrets in the database; several are separated by commas, the current one first",
  },
  {
    variable: 'MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY',
    about: "MLflow's name for the same, taken when MILLRACE_SECRET_KEY is not set",
  },
  {
    variable: 'MILLRACE_SECRET_KEY_FILE',
    about: 'A file that holds such keys, one a line, readable by its owner only; made beside the database when it is needed, unless set',
  },
  { variable: 'MLFLOW_BACKEND_STORE_URI', about: 'The one place where a URI may hold a password' },
]
