import { getRouteApi, Link } from '@tanstack/react-router'
import { useApi } from '../api.ts'
import { bytes, moment } from '../format.ts'
import { Copy } from '../parts/Copy.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Markdown } from '../parts/Markdown.tsx'
import { Values } from '../run/RunOverview.tsx'
import { Attestations, Findings } from '../trust/Evidence.tsx'
import { RequestsOf } from '../trust/Requests.tsx'
import { Serving } from './Serving.tsx'
import { Trust } from './Trust.tsx'
import './models.css'

const route = getRouteApi('/models/$name/versions/$version')
const LIVE_MS = 2_000

/** A version of a model: whether it may be trusted, what it is made of, and where it came from. */
export function VersionPage() {
  const { name, version } = route.useParams()
  const found = useApi('GET /api/2.0/mlflow/model-versions/get', { name, version }, { refetch_ms: LIVE_MS, keep: true })
  const known = found.data?.model_version
  // A version whose files are elsewhere has no manifest, and what was not scanned no findings: they are not asked for.
  const isOurs =
    known?.status === 'READY' &&
    /^(\/|file:|mlflow-artifacts:|models:|runs:|s3:)/.test(known.source) &&
    Boolean(known.run_id ?? known.model_id)
  const manifest = useApi('GET /api/2.0/millrace/model-versions/manifest', { name, version }, { enabled: isOurs })
  const isScanned = known?.tags.some(({ key }) => key === 'millrace.scan') ?? false
  const source = useApi(
    'GET /api/2.0/mlflow/runs/get',
    { run_id: found.data?.model_version.run_id ?? '' },
    { enabled: Boolean(found.data?.model_version.run_id) },
  )
  const rolling = useApi('GET /api/2.0/millrace/rollouts/list', { name }, { keep: true })
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading />
  const one = found.data.model_version
  const own = one.tags.filter(({ key }) => !key.startsWith('mlflow.'))
  const run = source.data?.run.info
  const commit = source.data?.run.data.tags.find(({ key }) => key === 'mlflow.source.git.commit')?.value
  return (
    <>
      <title>{`${name} ${version} · Millrace`}</title>
      <div className="heading">
        <h1>
          <span className="crumb">
            <Link to="/models">Models</Link> /{' '}
            <Link to="/models/$name" params={{ name }}>
              {name}
            </Link>
          </span>
          Version {version}
        </h1>
        <Copy text={`models:/${name}/${version}`} label="Copy the URI" />
      </div>
      <p>
        <Trust version={one} serving={[...one.aliases, ...partsOf(rolling.data?.rollouts ?? [], version)]} />
      </p>
      {one.status_message && <p className={one.status === 'FAILED_REGISTRATION' ? 'bad' : 'faint'}>{one.status_message}</p>}
      {one.description && <Markdown text={one.description} />}
      <dl className="facts">
        <dt>Registered</dt>
        <dd>
          {moment(one.creation_timestamp)}
          {one.user_id ? ` by ${one.user_id}` : ''}
        </dd>
        {one.current_stage !== 'None' && (
          <>
            <dt>Stage</dt>
            <dd>{one.current_stage}</dd>
          </>
        )}
        {one.aliases.length > 0 && (
          <>
            <dt>Aliases</dt>
            <dd>{one.aliases.map((alias) => `@${alias}`).join(', ')}</dd>
          </>
        )}
        <dt>Source</dt>
        <dd className="mono">{one.source}</dd>
        {run && (
          <>
            <dt>Run</dt>
            <dd>
              <Link to="/experiments/$experimentId/runs/$runId" params={{ experimentId: run.experiment_id, runId: run.run_id }}>
                {run.run_name}
              </Link>
              {commit && (
                <>
                  , commit <span className="mono">{commit.slice(0, 10)}</span> <Copy text={commit} />
                </>
              )}
            </dd>
          </>
        )}
        {manifest.data && (
          <>
            <dt>Digest</dt>
            <dd>
              <span className="mono">sha256:{manifest.data.root_sha256}</span> <Copy text={manifest.data.root_sha256} />
            </dd>
          </>
        )}
      </dl>
      <RequestsOf name={name} version={version} />
      <div className="columns">
        <Serving version={one} />
        {isScanned && <Findings name={name} version={version} />}
        <Attestations name={name} version={version} />
        {manifest.data && (
          <Values
            title="Files"
            about={bytes(manifest.data.bytes)}
            rows={manifest.data.files.map(({ path, size, sha256 }) => [path, bytes(size), `sha256:${sha256}`] as const)}
            numbers
          />
        )}
        {own.length > 0 && <Values title="Tags" rows={own.map(({ key, value }) => [key, value, value] as const)} />}
      </div>
    </>
  )
}

/** The aliases of which a rollout gives the version a part of the requests: "live (5 %)". */
const partsOf = (rollouts: readonly { alias: string; version: string; weight: number }[], version: string): string[] =>
  rollouts.filter((one) => one.version === version).map(({ alias, weight }) => `${alias} (${weight} %)`)
