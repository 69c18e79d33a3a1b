import type { JsonSchema } from '../http/schema.ts'

/** Things of which each request of the matrix names one. */
export type Sample = {
  readonly experiment_id: string
  readonly run_id: string
  readonly model_id: string
  readonly trace_id: string
  readonly assessment_id: string
  readonly dataset_id: string
  readonly scorer_id: string
  readonly promotion_request: string
  readonly issue_id: string
  readonly source: string
  readonly folder: string
  readonly token_id: string
  readonly role_id: number
  readonly role_permission_id: number
  readonly audit_id: string
  readonly report_id: string
}

/** A field's value by its name; other fields are filled by their type. */
function named(name: string, sample: Sample): unknown {
  const known: Record<string, unknown> = {
    ...sample,
    run_uuid: sample.run_id,
    request_id: sample.trace_id,
    experiment_name: 'e',
    name: 'm',
    version: '1',
    alias: 'a',
    attestation_id: 'a'.repeat(64),
    key: 'k',
    tag_key: 'k',
    value: 'v',
    path: 'f',
    artifact_path: `${sample.folder}/f`,
    artifact_file_path: 'f',
    username: 'READ',
    permission: 'EDIT',
    resource_type: 'experiment',
    resource_id: sample.experiment_id,
    resource_pattern: sample.experiment_id,
    workspace: 'default',
    workspace_name: 'team',
    metric_key: 'm',
    filter_string: '',
    filter_string1: "status = 'OK'",
    filter_string2: "status = 'OK'",
    stage: 'Staging',
    status: 'LOGGED_MODEL_READY',
    experiment_ids: [sample.experiment_id],
    run_ids: [sample.run_id],
    trace_ids: [sample.trace_id],
    scorer_ids: [sample.scorer_id],
  }
  return Object.hasOwn(known, name) ? known[name] : undefined
}

type Json = { type?: string; properties?: Record<string, Json>; required?: readonly string[]; items?: Json; enum?: readonly unknown[] }

/** An input with all required fields. */
export const inputOf = (schema: JsonSchema, sample: Sample): Record<string, unknown> => objectOf(schema as Json, sample)

function objectOf({ properties = {}, required = [] }: Json, sample: Sample): Record<string, unknown> {
  return Object.fromEntries(required.map((name) => [name, named(name, sample) ?? filled(properties[name] ?? {}, sample)]))
}

function filled(schema: Json, sample: Sample): unknown {
  if (schema.enum) return schema.enum[0]
  if (schema.type === 'object') return objectOf(schema, sample)
  if (schema.type === 'array') return schema.items ? [filled(schema.items, sample)] : []
  if (schema.type === 'boolean') return true
  return schema.type === 'integer' || schema.type === 'number' ? 1 : 'x'
}

const source = { source_type: 'HUMAN', source_id: 'b' }

const NO_SIDE = { requests: 0, errors: 0, refused: 0, latency: [], outputs: [] }

const ofRequest = ({ promotion_request }: Sample) => ({ request_id: promotion_request })

/** Where a field's name and type don't say what a good request holds. */
export const INPUTS: Readonly<Record<string, (sample: Sample) => Record<string, unknown>>> = {
  'POST /api/2.0/mlflow/runs/create': ({ experiment_id }) => ({ experiment_id }),
  'POST /ajax-api/2.0/mlflow/runs/create-promptlab-run': ({ experiment_id }) => ({
    experiment_id,
    prompt_template: '{{ q }}',
    prompt_parameters: [{ key: 'q', value: 'a' }],
    model_route: 'r',
    model_input: 'a',
    mlflow_version: '3',
  }),
  'GET /api/2.0/millrace/runs/live': ({ experiment_id }) => ({ experiment_id, open_s: 0 }),
  'POST /api/2.0/mlflow/runs/log-metric': () => ({ value: 1, timestamp: 1 }),
  'POST /api/2.0/mlflow/runs/log-model': ({ run_id }) => ({
    model_json: JSON.stringify({ run_id, artifact_path: 'm', utc_time_created: '2026-01-01', flavors: {} }),
  }),
  'GET /api/2.0/mlflow/metrics/get-history-bulk': ({ run_id }) => ({ run_id: [run_id], metric_key: 'm' }),
  'POST /api/2.0/mlflow/experiments/search-datasets': ({ experiment_id }) => ({ experiment_ids: [experiment_id] }),
  'POST /api/3.0/mlflow/datasets/create': ({ experiment_id }) => ({ experiment_ids: [experiment_id] }),
  'PATCH /api/3.0/mlflow/datasets/{dataset_id}/tags': () => ({ tags: '{"a":"b"}' }),
  'POST /api/3.0/mlflow/datasets/{dataset_id}/records': () => ({ records: '[{"inputs":{"q":"1"}}]' }),
  'POST /ajax-api/2.0/mlflow/upload-artifact': ({ run_id }) => ({ run_uuid: run_id, path: 'g' }),
  'POST /api/2.0/mlflow/artifacts/presigned-upload-url': ({ run_id }) => ({ run_id }),
  'GET /ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files': () => ({ artifact_file_path: 'f' }),
  'POST /api/2.0/mlflow/registered-models/create': () => ({ name: 'another' }),
  'POST /api/3.0/mlflow/workspaces': () => ({ name: 'new-team' }),
  'PATCH /api/3.0/mlflow/workspaces/{workspace_name}': () => ({ description: 'd' }),
  'POST /api/2.0/millrace/audits': () => ({ name: 'kit', target: 'folder', rules_version: '1', findings: [] }),
  'POST /api/2.0/millrace/inventory/reports/{report_id}/models': () => ({ models: [] }),
  'POST /api/2.0/millrace/audits/prune': () => ({ older_than_days: 1 }),
  'POST /api/2.0/millrace/inventory/known': () => ({ files: [{ sha256: 'a'.repeat(64) }] }),
  'GET /api/2.0/millrace/promotions/explain': () => ({ alias: 'champion' }),
  'GET /api/2.0/millrace/promotions/requests/{request_id}': ofRequest,
  'POST /api/2.0/millrace/promotions/requests/{request_id}/approve': ofRequest,
  'POST /api/2.0/millrace/promotions/requests/{request_id}/reject': ofRequest,
  'POST /api/2.0/millrace/promotions/requests/{request_id}/bypass': ofRequest,
  'POST /api/2.0/millrace/promotions/rollback': () => ({ alias: 'a' }),
  'POST /api/2.0/millrace/rollouts/report': () => ({ counts: { stable: NO_SIDE, candidate: NO_SIDE } }),
  'PUT /api/2.0/millrace/promotions/policy': () => ({ text: '' }),
  'POST /api/3.0/mlflow/traces': ({ experiment_id }) => ({
    trace: {
      trace_info: {
        trace_id: 'tr-2',
        trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } },
        request_time: '2026-01-01T00:00:00Z',
        state: 'OK',
      },
    },
  }),
  'POST /api/3.0/mlflow/traces/delete-traces': ({ trace_id }) => ({ request_ids: [trace_id] }),
  'GET /ajax-api/2.0/mlflow/get-trace-artifact': ({ trace_id }) => ({ request_id: trace_id }),
  'POST /api/3.0/mlflow/traces/{trace_id}/assessments': () => ({
    assessment: { assessment_name: 'b', source, feedback: { value: true } },
  }),
  'PATCH /api/3.0/mlflow/issues/{issue_id}': () => ({ status: 'resolved' }),
  'POST /api/3.0/mlflow/scorers/register': () => ({ name: 's', serialized_scorer: '{"name":"s"}' }),
  'PUT /api/3.0/mlflow/scorers/online-config': () => ({ name: 's', sample_rate: 0 }),
  'GET /api/3.0/mlflow/scorers/get': () => ({ name: 's' }),
  'GET /api/3.0/mlflow/scorers/versions': () => ({ name: 's' }),
  'DELETE /api/3.0/mlflow/scorers/delete': () => ({ name: 's' }),
  'POST /api/2.0/mlflow/webhooks': () => ({
    name: 'w',
    url: 'https://example.com/',
    events: [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }],
  }),
  'POST /api/2.0/millrace/users/create-service': () => ({ username: 'program' }),
  'POST /api/3.0/mlflow/roles/create': () => ({ name: 'another' }),
  'GET /api/3.0/mlflow/roles/list': () => ({ workspace: ['default'] }),
  'PATCH /api/3.0/mlflow/roles/update': () => ({ description: 'd' }),
  'POST /api/3.0/mlflow/roles/assign': () => ({ username: 'none' }),
  'POST /api/3.0/mlflow/users/permissions/grant': () => ({ username: 'none' }),
  'POST /api/2.0/millrace/groups': () => ({ name: 'another' }),
  'POST /api/2.0/mlflow/experiments/permissions/create': () => ({ username: 'none' }),
  'POST /api/2.0/mlflow/registered-models/permissions/create': () => ({ username: 'none' }),
}

/** Headers that a request can't do without. */
export const HEADERS: Readonly<Record<string, (sample: Sample) => Record<string, string>>> = {
  'POST /v1/traces': ({ experiment_id }) => ({ 'content-type': 'application/json', 'x-mlflow-experiment-id': experiment_id }),
}
