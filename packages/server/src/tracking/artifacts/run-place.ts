import { artifactStores, type Place } from '../../artifacts/index.ts'
import type { Reader } from '../../db/handles.ts'
import type { Context } from '../../http/context.ts'
import { artifactLocations } from '../experiments/index.ts'
import { artifactUri, findRun } from '../runs/index.ts'

/** Where a run's artifacts are, as its clients see it. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function runArtifactUri(db: Reader, run_id: string): Promise<string> {
  const { experiment } = await findRun(db, run_id)
  const location = (await artifactLocations(db, [experiment])).get(experiment)
  return artifactUri(location as string, run_id)
}

/** Where a run's artifacts are, to be opened. @throws ApiError also when they are at a place that this server may not open */
export async function runPlace(db: Reader, run_id: string, { settings }: Context): Promise<Place> {
  return artifactStores(settings).at(await runArtifactUri(db, run_id))
}
