import { write } from '../../http/endpoint.ts'
import { invalid } from '../../http/errors.ts'
import { Refusal } from '../../http/refusal.ts'
import { boolean, object, withDefault } from '../../http/schema.ts'
import { passGate, recordArchived, recordMoveTo, recordStageLeft } from '../gates/index.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { touchRegistered } from '../registered.ts'
import { ACTIVE_STAGES, ModelVersion, STAGES, Stage } from './model-version.ts'
import { versionToWire } from './version-reader.ts'
import { archiveOthers, setStage, versionToMove } from './version-store.ts'

export const transitionModelVersionStage = write({
  route: 'POST /api/2.0/mlflow/model-versions/transition-stage',
  summary: 'Move a model version to a stage, and archive those that are there if asked to',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({
    name: RegisteredName,
    version: VersionNumber,
    stage: Stage,
    archive_existing_versions: withDefault(boolean(), false),
  }),
  output: object({ model_version: ModelVersion }),
  async handler(tx, { name, version, stage, archive_existing_versions }, context) {
    if (archive_existing_versions && !ACTIVE_STAGES.includes(stage)) {
      throw invalid(
        `Model version transition cannot archive existing model versions because '${STAGES[stage]}' is not an Active stage. ` +
          `Valid stages are ${ACTIVE_STAGES.map((one) => STAGES[one]).join(', ')}.`,
      )
    }
    const row = await versionToMove(tx, name, version)
    const target = { kind: 'stage', name: STAGES[stage] as string } as const
    const pass = await passGate(tx, row, target, context)
    if (pass instanceof Refusal) return pass
    const { now_ms, caller } = context
    if (row.stage !== stage) {
      await recordStageLeft(tx, row, STAGES[row.stage] as string, { caller, now_ms, what: 'leave' })
      await recordMoveTo(tx, target, row, { caller, now_ms, what: 'set', ...pass })
    }
    if (archive_existing_versions) {
      await recordArchived(tx, row, target.name, { caller, now_ms, what: 'archive' })
      await archiveOthers(tx, row, stage, now_ms)
    }
    const moved = await setStage(tx, row, stage, now_ms)
    await touchRegistered(tx, row.model, now_ms)
    return { model_version: await versionToWire(tx, moved) }
  },
})
