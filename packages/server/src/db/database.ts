import type { Dialect } from './dialect.ts'
import type { Reader, Writer } from './handles.ts'

/** An open database: what `main.ts` opens and the pipeline uses. Rooms get a Reader or a Writer and never see this. */
export type Database = {
  readonly dialect: Dialect
  /** Reads what is committed. */
  readonly reader: Reader
  /** Runs `work` as one transaction; resolves when it is durable. Throws what `work` throws, and then nothing of it was kept. */
  write<T>(work: (tx: Writer) => Promise<T> | T): Promise<T>
  /**
   * The same, and no reference between tables is looked at meanwhile, nor follows what is deleted: for migrations, which make tables anew.
   * Nobody else may write yet.
   */
  reshape<T>(work: (tx: Writer) => Promise<T> | T): Promise<T>
  /** Where long reads would hold up this process: how a thread of its own opens the same database. */
  readonly threads: { file: string } | undefined
  close(): Promise<void>
}
