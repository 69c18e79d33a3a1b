import type { BulkCommand, Command, Query, Reader, Value, Writer } from './handles.ts'

/** A handle whose names are those of one workspace. */
class ReaderWithin<Inner extends Reader> implements Reader {
  readonly dialect: Reader['dialect']
  readonly identity: object
  readonly workspace: number
  protected readonly inner: Inner

  constructor(inner: Inner, workspace: number) {
    this.inner = inner
    this.dialect = inner.dialect
    this.identity = inner.identity
    this.workspace = workspace
  }

  all<Row>(query: Query<Row>, ...values: Value[]): Promise<Row[]> | Row[] {
    return this.inner.all(query, ...values)
  }

  get<Row>(query: Query<Row>, ...values: Value[]): Promise<Row | undefined> | Row | undefined {
    return this.inner.get(query, ...values)
  }

  tuples<Row extends unknown[]>(query: Query<Row>, ...values: Value[]): Promise<Row[]> | Row[] {
    return this.inner.tuples(query, ...values)
  }
}

class WriterWithin extends ReaderWithin<Writer> implements Writer {
  run(command: Command, ...values: Value[]): Promise<number> | number {
    return this.inner.run(command, ...values)
  }

  runMany(command: BulkCommand, rows: readonly (readonly Value[])[]): Promise<number> | number {
    return this.inner.runMany(command, rows)
  }

  afterCommit(work: () => void): void {
    this.inner.afterCommit(work)
  }
}

/** The handle itself where it is within the workspace already: nothing is made for a server without workspaces. */
export const readWithin = (db: Reader, workspace: number): Reader => (db.workspace === workspace ? db : new ReaderWithin(db, workspace))

/** The same, of a transaction. */
export const writeWithin = (tx: Writer, workspace: number): Writer => (tx.workspace === workspace ? tx : new WriterWithin(tx, workspace))
