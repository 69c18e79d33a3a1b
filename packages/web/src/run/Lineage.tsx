import type { Output } from '@millrace/client'
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { api, useApi } from '../api.ts'
import { quoted } from '../filters.ts'
import { Trust } from '../models/Trust.tsx'
import { Loading } from '../parts/Loading.tsx'
import { Status } from '../parts/Status.tsx'
import { ASKED_MAX, madeBy, modelIds, useLoggedModels } from './logged-models.ts'

const TABLE = 'POST /api/2.0/millrace/runs/table'
const ROLLOUTS = 'GET /api/2.0/millrace/rollouts/list'
const CHILDREN_MAX = 20
const VERSIONS_MAX = 100

type Run = Output<'GET /api/2.0/mlflow/runs/get'>['run']
type Version = Output<'GET /api/2.0/mlflow/model-versions/search'>['model_versions'][number]
type Rollout = Output<typeof ROLLOUTS>['rollouts'][number]

/** Where a run stands: what it read, what it belongs to, what it made, which versions came of that and where they serve. */
export function Lineage({ run }: { run: Run }) {
  const { info, data, inputs } = run
  const parent = data.tags.find(({ key }) => key === 'mlflow.parentRunId')?.value
  const madeIds = madeBy(run)
  const made = useLoggedModels(madeIds)
  const used = useLoggedModels(modelIds(inputs?.model_inputs))
  const registered = useApi('GET /api/2.0/mlflow/model-versions/search', {
    filter: `run_id = ${quoted(info.run_id)}`,
    max_results: VERSIONS_MAX,
  })
  const versions = registered.data?.model_versions ?? []
  const rollouts = useRollouts([...new Set(versions.map(({ name }) => name))])
  const datasets = inputs?.dataset_inputs ?? []
  if (made.isPending || used.isPending || registered.isPending) return <Loading />
  return (
    <div className="lineage">
      <Stage title="Read">
        {datasets.map(({ dataset, tags }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: one dataset may be read twice
          <Card key={at} title={dataset.name} about={tags.find(({ key }) => key === 'mlflow.data.context')?.value ?? 'dataset'}>
            <ToTab info={info} tab="datasets">
              {dataset.digest}
            </ToTab>
          </Card>
        ))}
        {used.models.map(({ info: { model_id, name, source_run_id, experiment_id } }) => (
          <Card key={model_id} title={name || model_id} about="logged model">
            {source_run_id && <RunLink experimentId={experiment_id} runId={source_run_id} name="the run that made it" />}
          </Card>
        ))}
      </Stage>
      <Stage title="Run">
        <Card title={info.run_name} about="this run">
          <Status of={info.status} />
        </Card>
        <Family experimentId={info.experiment_id} runId={info.run_id} parent={parent} />
      </Stage>
      <Stage title="Logged models">
        {made.models.map(({ info: { model_id, name, status } }) => (
          <Card key={model_id} title={name || model_id} about={model_id}>
            <Status of={status} />
            <div>
              <ToTab info={info} tab="models" model={model_id}>
                files
              </ToTab>
            </div>
          </Card>
        ))}
        {madeIds.length > ASKED_MAX && <TheFirst most={ASKED_MAX} of="models" />}
      </Stage>
      <Stage title="Registered versions">
        {versions.map((version) => (
          <Card key={`${version.name} ${version.version}`} title={version.name} about={ofModel(version, made.models)}>
            <Link to="/models/$name/versions/$version" params={{ name: version.name, version: version.version }}>
              version {version.version}
            </Link>{' '}
            <Trust version={version} />
          </Card>
        ))}
        {registered.data?.next_page_token && <TheFirst most={VERSIONS_MAX} of="versions" />}
      </Stage>
      <Stage title="Serves as">{versions.flatMap((version) => servesAs(version, rollouts))}</Stage>
    </div>
  )
}

/** A picture shows some of many: it says so. */
const TheFirst = ({ most, of }: { most: number; of: string }) => (
  <p className="faint">
    the first {most} {of}
  </p>
)

function useRollouts(names: readonly string[]): readonly Rollout[] {
  return useQueries({
    queries: names.map((name) => ({
      queryKey: [ROLLOUTS, { name }],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.call(ROLLOUTS, { name }, { signal }),
    })),
    combine: (results) => results.flatMap(({ data }) => data?.rollouts ?? []),
  })
}

function ofModel({ model_id }: Version, made: readonly { info: { model_id: string; name: string } }[]): string {
  const model = made.find(({ info }) => info.model_id === model_id)?.info
  return model ? `of ${model.name || model.model_id}` : 'of the files of the run'
}

/** The names under which a version is loaded: its aliases, its stage, and the part of them that a rollout gives it. */
function servesAs({ name, version, aliases, current_stage }: Version, rollouts: readonly Rollout[]): ReactNode[] {
  const own = rollouts.filter((one) => one.name === name && (one.version === version || one.stable_version === version))
  const stage = current_stage && current_stage !== 'None' ? [current_stage] : []
  return [
    ...[...aliases.map((alias) => `@${alias}`), ...stage].map((as) => {
      const rollout = own.find(({ alias, stable_version }) => as === `@${alias}` && stable_version === version)
      return (
        <Card key={`${name} ${version} ${as}`} title={`${name} ${as}`} about={`version ${version}`}>
          {rollout && `${100 - rollout.weight} %, while version ${rollout.version} is rolled out`}
        </Card>
      )
    }),
    ...own.flatMap((rollout) =>
      rollout.version === version
        ? [
            <Card key={rollout.rollout_id} title={`${name} @${rollout.alias}`} about={`version ${version}`}>
              {rollout.weight} %, {rollout.state}
            </Card>,
          ]
        : [],
    ),
  ]
}

function Stage({ title, children }: { title: string; children: readonly ReactNode[] | ReactNode }) {
  const isEmpty = Array.isArray(children) && children.flat(2).filter(Boolean).length === 0
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {isEmpty ? <p className="faint">nothing</p> : children}
    </section>
  )
}

function Card({ title, about, children }: { title: string; about: string; children?: ReactNode }) {
  return (
    <div className="card">
      <strong title={title}>{title}</strong>
      <span className="faint" title={about}>
        {about}
      </span>
      <div>{children}</div>
    </div>
  )
}

type TabProps = { info: Run['info']; tab: string; model?: string; children: ReactNode }

function ToTab({ info, tab, model, children }: TabProps) {
  return (
    <Link
      to="/experiments/$experimentId/runs/$runId"
      params={{ experimentId: info.experiment_id, runId: info.run_id }}
      search={{ tab, ...(model !== undefined && { model }) }}
      activeProps={{}}
    >
      {children}
    </Link>
  )
}

function RunLink({ experimentId, runId, name }: { experimentId: string; runId: string; name: string }) {
  return (
    <Link to="/experiments/$experimentId/runs/$runId" params={{ experimentId, runId }}>
      {name}
    </Link>
  )
}

/** The run above, and those below. */
function Family({ experimentId, runId, parent }: { experimentId: string; runId: string; parent: string | undefined }) {
  const children = useApi(TABLE, {
    experiment_ids: [experimentId],
    filter: `tags.mlflow.parentRunId = ${quoted(runId)}`,
    order_by: ['attributes.start_time ASC'],
    max_results: CHILDREN_MAX,
  })
  const rows = children.data?.rows ?? []
  return (
    <>
      {parent && (
        <Card title="Parent" about="this run is a part of it">
          <RunLink experimentId={experimentId} runId={parent} name={parent.slice(0, 8)} />
        </Card>
      )}
      {rows.length > 0 && (
        <div className="card">
          <strong>Child runs</strong>
          <ul>
            {rows.map((row) => (
              <li key={row.run_id}>
                <Status of={row.status} short />{' '}
                <RunLink experimentId={row.experiment_id} runId={row.run_id} name={row.run_name || row.run_id.slice(0, 8)} />
              </li>
            ))}
          </ul>
          {children.data?.next_page_token && <TheFirst most={CHILDREN_MAX} of="runs" />}
        </div>
      )}
    </>
  )
}
