import type { Output } from '@millrace/client'
import { Copy } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Scroll } from '../parts/Scroll.tsx'

type Inputs = NonNullable<Output<'GET /api/2.0/mlflow/runs/get'>['run']['inputs']>['dataset_inputs']
type Dataset = Inputs[number]['dataset']

const TEXT_MAX = 20_000

/** The datasets that a run read: what for, where they came from, and what is in them. */
export function Datasets({ inputs }: { inputs: Inputs }) {
  if (inputs.length === 0) {
    return (
      <Empty title="This run has named no datasets.">
        <p>`mlflow.log_input(dataset, context="training")` names one.</p>
      </Empty>
    )
  }
  return (
    <div className="stack">
      {inputs.map(({ dataset, tags }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: one dataset may be read twice
        <One key={at} dataset={dataset} use={tags.find(({ key }) => key === 'mlflow.data.context')?.value} />
      ))}
    </div>
  )
}

function One({ dataset, use }: { dataset: Dataset; use: string | undefined }) {
  const columns = columnsIn(dataset.schema)
  return (
    <section className="card">
      <div className="bar">
        <h2 className="grow">{dataset.name}</h2>
        {use && <span className="chip">{use}</span>}
      </div>
      <dl className="facts">
        <dt>Digest</dt>
        <dd>
          <span className="mono">{dataset.digest}</span> <Copy text={dataset.digest} />
        </dd>
        {dataset.source_type !== '' && (
          <>
            <dt>Kind of source</dt>
            <dd>{dataset.source_type}</dd>
          </>
        )}
        {dataset.source !== '' && (
          <>
            <dt>Source</dt>
            <dd className="mono">{dataset.source.slice(0, TEXT_MAX)}</dd>
          </>
        )}
      </dl>
      {columns && columns.length > 0 && (
        <Scroll label={`Columns of ${dataset.name}`}>
          <table>
            <thead>
              <tr>
                <th>Column</th>
                <th>Type</th>
                <th>Required</th>
              </tr>
            </thead>
            <tbody>
              {columns.map(({ name, type, required }, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns may have no name
                <tr key={at}>
                  <td className="wide">{name}</td>
                  <td>{type}</td>
                  <td>{required}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {!columns && dataset.schema && <Json title="Schema" text={dataset.schema} />}
      {dataset.profile && <Json title="Profile" text={dataset.profile} />}
    </section>
  )
}

function Json({ title, text }: { title: string; text: string }) {
  return (
    <details>
      <summary>{title}</summary>
      <pre tabIndex={0}>{text.slice(0, TEXT_MAX)}</pre>
    </details>
  )
}

/** The columns of a table, as MLflow's clients describe them; undefined where the schema is of another kind. */
function columnsIn(schema: string | undefined): { name: string; type: string; required: string }[] | undefined {
  try {
    const { mlflow_colspec } = JSON.parse(schema ?? '') as { mlflow_colspec?: unknown }
    if (!Array.isArray(mlflow_colspec)) return undefined
    return mlflow_colspec.map((one: { name?: unknown; type?: unknown; required?: unknown } | null) => ({
      name: String(one?.name ?? ''),
      type: typeof one?.type === 'string' ? one.type : JSON.stringify(one?.type ?? ''),
      required: one?.required === false ? 'no' : 'yes',
    }))
  } catch {
    return undefined
  }
}
