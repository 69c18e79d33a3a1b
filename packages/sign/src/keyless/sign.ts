import { bundleToJSON } from '@sigstore/bundle'
import { DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } from '@sigstore/sign'
import { PAYLOAD_TYPE } from '../dsse.ts'
import { SignatureProblem } from '../problem.ts'
import { type Statement, statementBytes } from '../statement.ts'
import { claimsIn } from './token.ts'

/** Where certificates, entries of the log and timestamps come from. */
export type KeylessPlaces = {
  readonly fulcio_url: string
  readonly rekor_url: string
  /** Without it the log alone tells the time. */
  readonly timestamp_url?: string | undefined
}

const TIMEOUT_MS = 20_000
const RETRIES = 2

/** A bundle over a statement, as text on one line. @throws SignatureProblem */
export async function signed(statement: Statement, token: string, places: KeylessPlaces): Promise<string> {
  // The library puts a token that it can't read into its message.
  claimsIn(token, Date.now())
  const limits = { timeout: TIMEOUT_MS, retry: RETRIES }
  const { fulcio_url, rekor_url, timestamp_url } = places
  const signer = new FulcioSigner({ fulcioBaseURL: bare(fulcio_url), identityProvider: { getToken: async () => token }, ...limits })
  const log = new RekorWitness({ rekorBaseURL: bare(rekor_url), entryType: 'dsse', ...limits })
  const clock = timestamp_url === undefined ? [] : [new TSAWitness({ tsaBaseURL: bare(timestamp_url), ...limits })]
  const builder = new DSSEBundleBuilder({ signer, witnesses: [log, ...clock], certificateChain: false })
  try {
    return JSON.stringify(bundleToJSON(await builder.create({ data: statementBytes(statement), type: PAYLOAD_TYPE })))
  } catch (error) {
    throw new SignatureProblem(`Nothing was signed: ${explain(error as Error, places).replaceAll(token, '(the token)')}`)
  }
}

const bare = (url: string): string => url.replace(/\/+$/, '')

const STEPS: Readonly<Record<string, (places: KeylessPlaces) => string>> = {
  CA_CREATE_SIGNING_CERTIFICATE_ERROR: ({ fulcio_url }) => `${fulcio_url} (Fulcio) gave no certificate`,
  TLOG_CREATE_ENTRY_ERROR: ({ rekor_url }) => `${rekor_url} (Rekor) took no entry`,
  TLOG_FETCH_ENTRY_ERROR: ({ rekor_url }) => `${rekor_url} (Rekor) did not give the entry that it has`,
  TSA_CREATE_TIMESTAMP_ERROR: ({ timestamp_url }) => `${timestamp_url} gave no timestamp`,
}

function explain(error: Error & { code?: string }, places: KeylessPlaces): string {
  const why = (error.cause as Error | undefined)?.message ?? error.message
  const step = STEPS[error.code ?? '']?.(places)
  return `${step === undefined ? '' : `${step}: `}${why}`.slice(0, 1000)
}
