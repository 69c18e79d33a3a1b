import { command, query, type Reader, type Writer } from '../../db/handles.ts'

const RECORD = command(
  `insert into gate_fact (version, fact, root_sha256, at_ms) values (?, 'canary', ?, ?)
   on conflict (version, fact) do update set root_sha256 = excluded.root_sha256, at_ms = excluded.at_ms`,
)
const FINISHED = query<{ root_sha256: string | null }>("select root_sha256 from gate_fact where version = ? and fact = 'canary'")

/** Records that a canary of a version was finished, with the files that it ran: for whoever runs canaries. No client can say so. */
export async function recordFinishedCanary(tx: Writer, version: number, root_sha256: string | undefined, now_ms: number): Promise<void> {
  await tx.run(RECORD, version, root_sha256 ?? null, now_ms)
}

/** Whether a canary was finished with these files of the version. */
export async function hasFinishedCanary(db: Reader, version: number, root_sha256: string | undefined): Promise<boolean> {
  const row = await db.get(FINISHED, version)
  return row !== undefined && row.root_sha256 === (root_sha256 ?? null)
}
