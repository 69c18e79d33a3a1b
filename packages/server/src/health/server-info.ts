import { stream } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'

/** What MLflow's clients ask before they choose how to talk to a server: which of the optional parts it has. */
export const serverInfo = stream({
  route: 'GET /api/3.0/mlflow/server-info',
  summary: 'Which optional parts of the API this server has',
  access: { public: 'clients ask it before they sign in, and it names capabilities only' },
  input: object({}),
  answers: 'Capabilities as JSON',
  async handler(_input, { settings }) {
    // The parts go straight to the store, so there has to be one that takes them: a folder on this server's disk is none.
    const in_parts = settings.serve_artifacts && settings.artifacts_destination.startsWith('s3://')
    const body = JSON.stringify({
      store_type: 'SqlStore',
      workspaces_enabled: settings.workspaces === true,
      trace_archival_enabled: settings.trace_archival === true,
      multipart_uploads_enabled: in_parts,
      multipart_downloads_enabled: in_parts,
      presigned_upload_run_id_supported: true,
      presigned_upload_model_id_supported: true,
      features_enabled: { gateway: false },
    })
    return { headers: { 'content-type': 'application/json; charset=utf-8' }, body }
  },
})
