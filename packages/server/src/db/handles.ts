import type { Dialect } from './dialect.ts'

/** A value that the databases take and give back: text, numbers that are exact, and nothing. */
export type Value = string | number | null

/** SQL for both databases: text with `?`, or a function of the dialect where the two must differ. */
export type Sql = string | ((dialect: Dialect) => string)

declare const kind: unique symbol
/** A statement that selects rows of type `Row`. */
export type Query<Row> = { readonly sql: Sql; readonly ad_hoc?: true; readonly [kind]?: Row }
/** A statement that changes rows. */
export type Command = { readonly sql: Sql; readonly [kind]?: never; readonly changes: true }
/** One insert (or upsert) of many rows; `types` has one letter a column: i = int64, d = double, t = text. */
export type BulkCommand = { readonly sql: Sql; readonly types: string; readonly bulk: true }

/** Declares a statement that selects. It is prepared once a connection, so declare it at the top of a file, not in a handler. */
export const query = <Row>(sql: Sql): Query<Row> => ({ sql })

/**
 * A statement that is put together for one request, such as a search: there is no end of them, so they are planned each time, for their
 * values, and don't take the room of those that are prepared once. Its text is ours; what clients send is among the values.
 */
export const adHocQuery = <Row>(sql: Sql): Query<Row> => ({ sql, ad_hoc: true })

/** Declares a statement that changes rows. */
export const command = (sql: Sql): Command => ({ sql, changes: true })

/**
 * Declares an insert of any number of rows, written for one: `insert into t (a, b) values (?, ?) on conflict ...`.
 * `types` names the columns' types in order, a letter each: `i` int64, `d` double, `t` text.
 */
export const bulk = (sql: Sql, types: string): BulkCommand => ({ sql, types, bulk: true })

/** The number of the workspace in which everything is that was made without workspaces. */
export const DEFAULT_WORKSPACE = 1

/** Can select and nothing else. */
export type Reader = {
  readonly dialect: Dialect
  /** Stands for the database: one object for all handles that share it in this thread, so that a WeakMap can keep what was learned. */
  readonly identity: object
  /** The workspace in which names are looked up and given: the default one, number 1, but for a handle `within` another. */
  readonly workspace: number
  /** All rows. */
  all<Row>(query: Query<Row>, ...values: Value[]): Promise<Row[]> | Row[]
  /** The first row, or undefined. */
  get<Row>(query: Query<Row>, ...values: Value[]): Promise<Row | undefined> | Row | undefined
  /** All rows as arrays, in the order of the selected columns: for hot paths. `Row` is a tuple type. */
  tuples<Row extends unknown[]>(query: Query<Row>, ...values: Value[]): Promise<Row[]> | Row[]
}

/** Exists only inside `db.write(tx => ...)`; wherever a Reader is asked for, a Writer will do. */
export type Writer = Reader & {
  /** Runs a command; gives the number of rows that it changed. */
  run(command: Command, ...values: Value[]): Promise<number> | number
  /** Inserts many rows, each an array in the order of the statement's columns; gives the number of rows that it changed. */
  runMany(command: BulkCommand, rows: readonly (readonly Value[])[]): Promise<number> | number
  /** Runs after the commit, and not at all when the transaction is rolled back: for caches. */
  afterCommit(work: () => void): void
}
