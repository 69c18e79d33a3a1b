import type { Level } from './access/level.ts'
import type { Location } from './db/location.ts'
import type { Policy } from './registry/policy/index.ts'
import type { Secret } from './secret.ts'

/** How this server is set up, as far as handlers need it: plain values without secrets, so that they can go to another thread. */
export type Settings = {
  readonly version: string
  /** Where new experiments keep artifacts, as clients see it: `mlflow-artifacts:/` when this server hands them through. */
  readonly default_artifact_root: string
  /** Whether `mlflow-artifacts` is served. */
  readonly serve_artifacts: boolean
  /** Whether nothing but `mlflow-artifacts` is served. */
  readonly artifacts_only: boolean
  /** Where the artifacts that this server hands through are kept: a folder's path or an `s3://bucket/prefix`. */
  readonly artifacts_destination: string
  /** Further places in which experiments may keep artifacts: folders, `file:` URIs or `s3://bucket/prefix`. */
  readonly allowed_artifact_roots?: readonly string[]
  /** How long one uploaded artifact may be, in bytes; as long as the store takes when left out. */
  readonly artifact_max_bytes?: number
  /** How much of the disk under the artifacts uploads leave free, in bytes; 256 MiB when left out. */
  readonly artifacts_keep_free_bytes?: number
  /** A regular expression that sources of new model versions must match. */
  readonly model_source_pattern?: string
  /** Prefix of all paths, '' or '/something'. */
  readonly static_prefix: string
  /**
   * Names under which browsers and clients may call this server, besides localhost and its own addresses: exact names, with or without
   * a port, and the patterns that `http/host.ts` can match safely. `*` lets every name pass.
   */
  readonly allowed_hosts: readonly string[]
  /** Origins of other sites whose pages may call this server, spelled as browsers do: `https://app.example.com`. `*` lets every site. */
  readonly cors_allowed_origins: readonly string[]
  /** Who may show this server in a frame: nobody (the default), pages of this server, or every page. */
  readonly x_frame_options: 'DENY' | 'SAMEORIGIN' | 'NONE'
  /** Hosts to which webhooks may be sent whatever their addresses are: exact names or addresses, with or without a port. */
  readonly webhook_allowed_hosts?: readonly string[]
  /** Schemes that a webhook's URL may have: `https` unless said. */
  readonly webhook_allowed_schemes?: readonly string[]
  /** What promotions ask for, where a file says it; else what was set by the API, or the default. */
  readonly policy?: Policy
  /** Whether the audit log is kept: where people sign in, unless said. */
  readonly audit_log?: boolean
  /** Whether params and tags that look like credentials are refused; else they are masked for who doesn't manage what they are of. */
  readonly refuse_secrets?: boolean
  /** The folder that holds the built web page; without one, the server's address shows a few words. */
  readonly page_folder?: string
  /** Whether there are workspaces: without them, everything is in the default one. */
  readonly workspaces?: boolean
  /** Whether this server archives old traces. */
  readonly trace_archival?: boolean
  /** Whether `GET /metrics` answers. */
  readonly expose_prometheus: boolean
}

/** What an account without a quota of its own may ask for; what is left out is not limited. */
export type UserQuota = {
  readonly requests_per_second?: number
  readonly concurrent_uploads?: number
  readonly upload_bytes_per_day?: number
}

/** That people have to sign in, and what holds then. */
export type Login = {
  /** Limits on accounts for which admins have set none. */
  readonly user_quota?: UserQuota
  /** What an account may do to a thing for which it was granted nothing. */
  readonly default_permission: Level
  /** Where there are workspaces: whether everybody has that in the default one. In others only their members have it. */
  readonly default_workspace_is_open?: boolean
  /** The admin that a database without accounts gets. */
  readonly admin_username: string
  /** Their password; without one, the first start makes a token. */
  readonly admin_password?: Secret
  /** A provider whose people may sign in. */
  readonly oidc?: OidcSettings
}

/** An OpenID Connect provider whose people may sign in. */
export type OidcSettings = {
  readonly issuer: string
  readonly client_id: string
  readonly client_secret?: Secret
  /** What the login page calls it. */
  readonly name: string
  readonly scopes: string
  /** Of the claims, the one that names a new account, and the one that lists groups. */
  readonly username_claim: string
  readonly groups_claim: string
  /** Who may come in; everybody whom the provider knows, when empty. */
  readonly allowed_groups: readonly string[]
  /** Who administers this server; not the provider's to say, when empty. */
  readonly admin_groups: readonly string[]
  /** The address by which browsers call this server, when it is another than the one that it sees. */
  readonly public_url?: string
}

/** Whose signatures of models count, and what the server signs its own findings with. */
export type Signing = {
  /** The trust file; it is read again when it changes. */
  readonly trust_file?: string
  /** The file of the server's private key, as PEM, or the key itself. */
  readonly key_file?: string
  readonly key?: Secret
  readonly key_password?: Secret
}

/** How often the server audits its own registry (never, when 0), and how long audits and inventories are kept. */
export type AuditSchedule = { readonly every_ms: number; readonly keep_ms: number }

/** Everything that `startServer` is told: made from flags, variables and defaults by `config/read.ts`, or by a program itself. */
export type Config = {
  readonly host: string
  readonly port: number
  readonly database: Location
  readonly settings: Settings
  /** Whether people have to sign in; without it, whoever reaches the server is its owner. */
  readonly login?: Login
  /** A policy of promotions: its text, and the file that it was read from, for messages. */
  readonly policy?: { readonly file: string; readonly text: string }
  /** After which time traces are archived: the text of MLflow's file, and its name, for messages. */
  readonly trace_archival?: { readonly file: string; readonly text: string }
  /** Keys that encrypt secrets in the database, 32 bytes each in base64, the current one first. */
  readonly secret_keys?: Secret
  /** The file that holds such keys when `secret_keys` are not given; it is made when it is needed. */
  readonly secret_key_file?: string
  /** Whose signatures of models count; without it nobody's do. */
  readonly signing?: Signing
  /** When the registry is audited: once a day, and kept for a year, unless said. */
  readonly audits?: AuditSchedule
  /** How long a stopping server waits for requests that have begun: 300 s unless said. */
  readonly drain_ms?: number
  /** The server's log; silent unless given. */
  readonly log?: LogSettings
}

export type LogSettings = { readonly level: string; readonly stream: { write(line: string): void } }

/** Settings of a server that was told nothing: what a program that runs a server inside itself starts from. */
export const defaultSettings = (artifacts_destination: string): Settings => ({
  version: '3.17.2',
  default_artifact_root: 'mlflow-artifacts:/',
  serve_artifacts: true,
  artifacts_only: false,
  artifacts_destination,
  static_prefix: '',
  allowed_hosts: [],
  cors_allowed_origins: [],
  x_frame_options: 'DENY',
  expose_prometheus: false,
})
