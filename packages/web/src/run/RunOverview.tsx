import type { Output } from '@millrace/client'
import { useState } from 'react'
import { metric } from '../format.ts'
import { ShowMore } from '../parts/More.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Search } from '../parts/Search.tsx'

type Run = Output<'GET /api/2.0/mlflow/runs/get'>['run']

/** The commit on the site that holds the repository, where its address is one that can be opened. */
function commitLink(repository: string | undefined, commit: string): string | undefined {
  const found = /^(?:https:\/\/|git@)([\w.-]+)[/:]([\w.-]+\/[\w./-]+?)(?:\.git)?$/.exec(repository ?? '')
  return found ? `https://${found[1]}/${found[2]}/commit/${commit}` : undefined
}

/** Params, metrics, tags, datasets, models and where the code came from. */
export function RunOverview({ data, inputs, outputs }: Pick<Run, 'data' | 'inputs' | 'outputs'>) {
  const tags = new Map(data.tags.map(({ key, value }) => [key, value]))
  const commit = tags.get('mlflow.source.git.commit')
  const link = commit && commitLink(tags.get('mlflow.source.git.repoURL'), commit)
  const datasets = inputs?.dataset_inputs ?? []
  const models = [...(inputs?.model_inputs ?? []), ...(outputs?.model_outputs ?? [])]
  return (
    <div className="stack">
      <dl className="facts">
        {tags.has('mlflow.source.name') && <Fact name="Source" value={tags.get('mlflow.source.name') ?? ''} />}
        {commit && (
          <>
            <dt>Commit</dt>
            <dd className="mono">
              {link ? (
                <a href={link} rel="noreferrer noopener" target="_blank">
                  {commit}
                </a>
              ) : (
                commit
              )}
            </dd>
          </>
        )}
        {tags.has('mlflow.source.git.branch') && <Fact name="Branch" value={tags.get('mlflow.source.git.branch') ?? ''} />}
      </dl>
      <div className="columns">
        <Values title="Metrics" rows={data.metrics.map(({ key, value }) => [key, metric(value), String(value)] as const)} numbers />
        <Values title="Parameters" rows={data.params.map(({ key, value }) => [key, value, value] as const)} />
        {datasets.length > 0 && (
          <Values
            title="Datasets"
            rows={datasets.map(({ dataset, tags: about }) => {
              const use = about?.find(({ key }) => key === 'mlflow.data.context')?.value
              return [`${dataset.name}${use ? ` (${use})` : ''}`, dataset.digest, dataset.source] as const
            })}
          />
        )}
        {models.length > 0 && <Values title="Logged models" rows={models.map(({ model_id }) => [model_id, '', model_id] as const)} />}
      </div>
    </div>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}

const AT_ONCE = 200

type ValuesProps = {
  title: string
  rows: readonly (readonly [name: string, shown: string, whole: string])[]
  numbers?: boolean
  /** What is said beside the number of rows: "12 KiB in all". */
  about?: string
}

/** A table of names and values, with a field to find one where there are many. */
export function Values({ title, rows, numbers = false, about }: ValuesProps) {
  const [typed, setTyped] = useState('')
  const [most, setMost] = useState(AT_ONCE)
  const found = rows.filter(([name, , whole]) => `${name} ${whole}`.toLowerCase().includes(typed.toLowerCase()))
  return (
    <section className="panel">
      <h2>
        {title} <span className="faint">{[rows.length.toLocaleString('en-GB'), about].filter(Boolean).join(' · ')}</span>
      </h2>
      {rows.length > 12 && (
        <div className="bar">
          <Search label={`Find among ${title.toLowerCase()}`} placeholder="Find" value={typed} onChange={setTyped} />
        </div>
      )}
      {rows.length === 0 ? (
        <p className="faint">None.</p>
      ) : (
        <Scroll label={title}>
          <table className="values">
            <tbody>
              {found.slice(0, most).map(([name, shown, whole], at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a dataset may be read twice under one name
                <tr key={`${name} ${at}`}>
                  <td title={name}>
                    <span>{name}</span>
                  </td>
                  <td className={numbers ? 'number' : ''} title={whole}>
                    <span>{shown}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {found.length > most && <ShowMore shown={most} noun="line" total={found.length} onMore={() => setMost(most + AT_ONCE)} />}
    </section>
  )
}
