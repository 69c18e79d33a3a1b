import { type Batch, logBatch } from './batch.ts'
import type { MillraceClient } from './client.ts'
import type { ArtifactBody } from './download.ts'
import type { Double, RunInfo } from './endpoints.ts'
import { isCode } from './errors.ts'
import { type Uploaded, type UploadOptions, uploadArtifact } from './upload.ts'

/** Which run is started; the experiment by its id or its name (made if there is none), or a run that goes on. */
export type RunOptions = ({ readonly experiment_id: string } | { readonly experiment_name: string } | { readonly run_id: string }) & {
  readonly run_name?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly params?: Readonly<Record<string, string | number | boolean>>
  /** A run that this one is part of. */
  readonly parent_run_id?: string
  readonly description?: string
}

/** When a metric was measured. */
export type MetricOptions = {
  readonly step?: number
  /** Milliseconds since 1970; now, unless said. */
  readonly timestamp?: number
}

/** How a run can end. */
export type RunEnd = 'FINISHED' | 'FAILED' | 'KILLED'

/** A run that goes on: what is measured is logged by it. */
export class ActiveRun {
  readonly client: MillraceClient
  readonly run_id: string
  readonly info: RunInfo

  constructor(client: MillraceClient, info: RunInfo) {
    this.client = client
    this.run_id = info.run_id
    this.info = info
  }

  /** @throws MillraceError */
  logMetric(key: string, value: Double, options?: MetricOptions): Promise<void> {
    return this.logMetrics({ [key]: value }, options)
  }

  /** Metrics that were measured together. @throws MillraceError */
  logMetrics(values: Readonly<Record<string, Double>>, { step = 0, timestamp = Date.now() }: MetricOptions = {}): Promise<void> {
    return this.logBatch({ metrics: Object.entries(values).map(([key, value]) => ({ key, value, timestamp, step })) })
  }

  /** @throws MillraceError INVALID_PARAMETER_VALUE when a param has another value already */
  logParams(values: Readonly<Record<string, string | number | boolean>>): Promise<void> {
    return this.logBatch({ params: pairs(values) })
  }

  /** @throws MillraceError */
  setTags(values: Readonly<Record<string, string>>): Promise<void> {
    return this.logBatch({ tags: pairs(values) })
  }

  /** Any number of metrics, params and tags, cut into requests where they are too many for one. @throws MillraceError */
  logBatch(batch: Batch): Promise<void> {
    return logBatch(this.client, this.run_id, batch)
  }

  /** Keeps bytes or text as a file of the run. @throws MillraceError, DigestError */
  logArtifact(path: string, body: ArtifactBody, options?: UploadOptions): Promise<Uploaded> {
    return uploadArtifact(this.client, this.run_id, path, body, options)
  }

  /** Keeps a value as a JSON file of the run. @throws MillraceError */
  logJson(path: string, value: unknown, options?: UploadOptions): Promise<Uploaded> {
    return this.logArtifact(path, JSON.stringify(value, undefined, 2), options)
  }

  /** @throws MillraceError */
  async end(status: RunEnd = 'FINISHED'): Promise<void> {
    await this.client.runs.update({ run_id: this.run_id, status, end_time: Date.now() })
  }
}

const pairs = (values: Readonly<Record<string, string | number | boolean>>): { key: string; value: string }[] =>
  Object.entries(values).map(([key, value]) => ({ key, value: String(value) }))

/**
 * Starts a run. With `work` it ends the run when that is done, FINISHED, or FAILED if it throws, and gives what `work` gave.
 * @throws MillraceError, and what `work` throws
 */
export async function startRun(client: MillraceClient, options: RunOptions): Promise<ActiveRun>
export async function startRun<T>(client: MillraceClient, options: RunOptions, work: (run: ActiveRun) => T | Promise<T>): Promise<T>
export async function startRun<T>(
  client: MillraceClient,
  options: RunOptions,
  work?: (run: ActiveRun) => T | Promise<T>,
): Promise<T | ActiveRun> {
  const run = new ActiveRun(client, await begun(client, options))
  if (options.params) await run.logParams(options.params)
  if (!work) return run
  let result: T
  try {
    result = await work(run)
  } catch (error) {
    // What `work` threw is what the caller must see, even if the server can't be told.
    await run.end('FAILED').catch(() => undefined)
    throw error
  }
  await run.end('FINISHED')
  return result
}

async function begun(client: MillraceClient, options: RunOptions): Promise<RunInfo> {
  const tags: Record<string, string> = {
    ...(await client.options.runTags?.()),
    ...(options.parent_run_id !== undefined && { 'mlflow.parentRunId': options.parent_run_id }),
    ...(options.description !== undefined && { 'mlflow.note.content': options.description }),
    ...options.tags,
  }
  const { run_name } = options
  if ('run_id' in options) {
    const { run_id } = options
    const { run_info } = await client.runs.update({ run_id, status: 'RUNNING', run_name })
    await logBatch(client, run_id, { tags: pairs(options.tags ?? {}) })
    return run_info
  }
  const experiment_id = 'experiment_id' in options ? options.experiment_id : await experimentNamed(client, options.experiment_name)
  const user_id = tags['mlflow.user']
  const { run } = await client.runs.create({ experiment_id, run_name, user_id, start_time: Date.now(), tags: pairs(tags) })
  return run.info
}

/** The id of the experiment of this name, which is made if there is none. @throws MillraceError */
export async function experimentNamed(client: MillraceClient, name: string): Promise<string> {
  const find = async (): Promise<string> => (await client.experiments.getByName({ experiment_name: name })).experiment.experiment_id
  try {
    return await find()
  } catch (error) {
    if (!isCode(error, 'RESOURCE_DOES_NOT_EXIST')) throw error
  }
  try {
    return (await client.experiments.create({ name })).experiment_id
  } catch (error) {
    // Somebody else was quicker.
    if (isCode(error, 'RESOURCE_ALREADY_EXISTS')) return find()
    throw error
  }
}
