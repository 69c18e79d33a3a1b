/** Variables that have no flag, because what they hold must not stand in a list of processes. */
export const secretVariables: readonly { readonly variable: string; readonly about: string }[] = [
  { variable: 'MILLRACE_DB_PASSWORD', about: "PostgreSQL's password" },
  {
    variable: 'MILLRACE_DB_PASSWORD_FILE',
    about: "A file that holds PostgreSQL's password and nothing else, as Docker and Kubernetes mount it",
  },
  { variable: 'MILLRACE_ADMIN_PASSWORD', about: 'The password of the first admin, with --auth and a database without accounts' },
  { variable: 'MILLRACE_ADMIN_PASSWORD_FILE', about: 'A file that holds it and nothing else' },
  { variable: 'MILLRACE_OIDC_CLIENT_SECRET', about: 'What this server proves itself by to the identity provider of --oidc-issuer' },
  { variable: 'MILLRACE_OIDC_CLIENT_SECRET_FILE', about: 'A file that holds it and nothing else' },
  { variable: 'MILLRACE_USER_PASSWORD', about: 'The password that `millrace users create` and `set-password` give to an account' },
  { variable: 'MILLRACE_USER_PASSWORD_FILE', about: 'A file that holds it and nothing else' },
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
  {
    variable: 'MILLRACE_SIGNING_KEY',
    about: "A private key as PEM: the server's own (see --signing-key), or the one that `millrace sign` uses",
  },
  { variable: 'MILLRACE_KEY_PASSWORD', about: 'The password of an encrypted private key' },
  { variable: 'MILLRACE_KEY_PASSWORD_FILE', about: 'A file that holds it and nothing else' },
  { variable: 'SIGSTORE_ID_TOKEN', about: 'The identity token that `millrace sign --sigstore` shows to Sigstore' },
  { variable: 'SIGSTORE_ID_TOKEN_FILE', about: 'A file that holds it and nothing else (or --identity-token-file)' },
  { variable: 'MLFLOW_BACKEND_STORE_URI', about: 'The one place where a URI may hold a password' },
]
