import { read } from '../../http/endpoint.ts'
import { array, object, withDefault } from '../../http/schema.ts'
import { latestVersions, ModelVersion, Stage, versionsToWire } from '../model-versions/index.ts'
import { RegisteredName } from '../names.ts'
import { registeredByName } from '../registered.ts'

export const getLatestVersions = read({
  route: 'POST /api/2.0/mlflow/registered-models/get-latest-versions',
  also: ['GET /api/2.0/mlflow/registered-models/get-latest-versions'],
  summary: 'Get the newest version of a registered model in each stage',
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, stages: withDefault(array(Stage, { max: 100 }), []) }),
  output: object({ model_versions: array(ModelVersion) }),
  async handler(db, { name, stages }) {
    const latest = await latestVersions(db, [(await registeredByName(db, name)).id])
    const wanted = stages.length === 0 ? latest : latest.filter(({ stage }) => stages.includes(stage))
    return { model_versions: await versionsToWire(db, wanted) }
  },
})
