import type { Reader } from '../db/handles.ts'
import { workspaceByName } from '../workspaces/index.ts'
import { expiredExperiments, expiredModels, expiredRuns, type Item, itemById, modelsOfExperiment, runsOfExperiment } from './trash-store.ts'

/** What is to be removed: everything in the trash that is old enough, or only what is named. */
export type Wanted = {
  /** In the trash since this time or longer, in milliseconds since 1970. */
  readonly before_ms: number
  readonly run_ids?: readonly string[]
  readonly experiment_ids?: readonly string[]
  readonly logged_model_ids?: readonly string[]
  /** Only what is in the workspace of this name. */
  readonly workspace?: string
}

export type Selection = { readonly runs: readonly Item[]; readonly models: readonly Item[]; readonly experiments: readonly Item[] }

/** Finds it, with all that is in an experiment. @throws Error naming each id that can't be removed, before anything is. */
export async function select(db: Reader, wanted: Wanted): Promise<Selection> {
  const named = wanted.run_ids ?? wanted.experiment_ids ?? wanted.logged_model_ids
  const problems: string[] = []
  const workspace = wanted.workspace === undefined ? undefined : await workspaceByName(db, wanted.workspace)
  const isIn = (item: Item): boolean => workspace === undefined || item.workspace === workspace.id
  const find = async (kind: 'run' | 'model' | 'experiment', ids: readonly string[] = []): Promise<Item[]> => {
    const items: Item[] = []
    for (const id of ids) {
      const item = await itemById(db, kind, id)
      if (!item || !isIn(item)) problems.push(`there is no ${kind} ${id}${workspace ? ` in the workspace ${workspace.name}` : ''}`)
      else if (item.deleted_ms === null) problems.push(`the ${kind} ${id} is not in the trash: delete it first`)
      else if (item.deleted_ms > wanted.before_ms) problems.push(`the ${kind} ${id} is not in the trash long enough`)
      else items.push(item)
    }
    return items
  }
  const runs = named ? await find('run', wanted.run_ids) : (await expiredRuns(db, wanted.before_ms)).filter(isIn)
  const models = named ? await find('model', wanted.logged_model_ids) : (await expiredModels(db, wanted.before_ms)).filter(isIn)
  const experiments = named
    ? await find('experiment', wanted.experiment_ids)
    : (await expiredExperiments(db, wanted.before_ms)).filter(isIn)
  if (problems.length > 0) throw new Error(`Nothing was removed: ${problems.join('; ')}.`)
  for (const { id } of experiments) {
    runs.push(...(await runsOfExperiment(db, id)))
    models.push(...(await modelsOfExperiment(db, id)))
  }
  return { runs: once(runs), models: once(models), experiments }
}

const once = (items: readonly Item[]): Item[] => [...new Map(items.map((item) => [item.id, item])).values()]
