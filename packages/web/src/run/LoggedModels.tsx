import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { metric, moment } from '../format.ts'
import { Copy } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Loading } from '../parts/Loading.tsx'
import { ShowMore } from '../parts/More.tsx'
import { Status } from '../parts/Status.tsx'
import { Artifacts } from './Artifacts.tsx'
import { ASKED_MAX, type LoggedModel, useLoggedModels } from './logged-models.ts'
import { Values } from './RunOverview.tsx'

type Props = { ids: readonly string[]; experimentId: string; runId: string; model: string | undefined; path: string }

/** The models that a run logged; of the chosen one its params, metrics and files. */
export function LoggedModels({ ids, experimentId, runId, model, path }: Props) {
  const [wanted, want] = useState(ASKED_MAX)
  // The one that the address names is there, wherever it stands.
  const most = Math.max(wanted, ids.indexOf(model ?? '') + 1)
  const { models, isPending } = useLoggedModels(ids, most)
  if (ids.length === 0) {
    return (
      <Empty title="This run has logged no models.">
        <p>`mlflow.sklearn.log_model(model, name="model")` logs one.</p>
      </Empty>
    )
  }
  if (isPending && models.length === 0) return <Loading />
  const chosen = models.find(({ info }) => info.model_id === model) ?? models[0]
  if (!chosen) return <p className="faint">The models of this run are gone, or you may not see them.</p>
  return (
    <div className="stack">
      {models.length > 1 && (
        <nav className="chips" aria-label="Logged models">
          {models.map(({ info }) => (
            <Link
              key={info.model_id}
              className="button"
              to="/experiments/$experimentId/runs/$runId"
              params={{ experimentId, runId }}
              search={{ tab: 'models', model: info.model_id }}
              aria-current={info.model_id === chosen.info.model_id ? 'true' : undefined}
              activeProps={{}}
            >
              {info.name || info.model_id}
            </Link>
          ))}
        </nav>
      )}
      {ids.length > most && (
        <ShowMore shown={most} noun="model" total={ids.length} isBusy={isPending} onMore={() => want(most + ASKED_MAX)} />
      )}
      <One model={chosen} experimentId={experimentId} runId={runId} path={path} />
    </div>
  )
}

type OneProps = { model: LoggedModel; experimentId: string; runId: string; path: string }

function One({ model: { info, data }, experimentId, runId, path }: OneProps) {
  const own = info.tags.filter(({ key }) => !key.startsWith('mlflow.'))
  return (
    <>
      <div className="bar">
        <h2 className="grow">{info.name || info.model_id}</h2>
        <Status of={info.status} />
        <Copy text={`models:/${info.model_id}`} label="Copy the URI" />
      </div>
      <dl className="facts">
        <dt>Id</dt>
        <dd className="mono">{info.model_id}</dd>
        <dt>Logged</dt>
        <dd>{moment(info.creation_timestamp_ms)}</dd>
        {info.model_type && (
          <>
            <dt>Kind</dt>
            <dd>{info.model_type}</dd>
          </>
        )}
        {info.status_message && (
          <>
            <dt>Said</dt>
            <dd>{info.status_message}</dd>
          </>
        )}
      </dl>
      <div className="columns">
        {data.metrics.length > 0 && (
          <Values
            title="Metrics"
            rows={data.metrics.map(({ key, value, dataset_name }) => [
              dataset_name ? `${key} (${dataset_name})` : key,
              metric(value),
              String(value),
            ])}
            numbers
          />
        )}
        {data.params.length > 0 && <Values title="Parameters" rows={data.params.map(({ key, value }) => [key, value, value])} />}
        {own.length > 0 && <Values title="Tags" rows={own.map(({ key, value }) => [key, value, value])} />}
      </div>
      <Artifacts
        owner={{ model_id: info.model_id }}
        path={path}
        at={{ experimentId, runId, search: { tab: 'models', model: info.model_id } }}
        none="This model has no files here."
      />
    </>
  )
}
