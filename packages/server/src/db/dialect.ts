import { asPostgres, automatonOf } from './regex/index.ts'

/** What {@link Dialect.matches} calls where the database has no regular expressions; each connection is given it. */
export const MATCHES_FUNCTION = 'matches_pattern'

/**
 * Where SQLite and PostgreSQL differ. These words appear in `db/` only; rooms ask the dialect. The table in DESIGN.md says why each
 * helper exists, and `dialect.test.ts` pins each difference on both databases.
 */
export type Dialect = {
  readonly name: 'sqlite' | 'postgres'
  /** `column` is one of the int64 values of a list parameter; pass the list with {@link Dialect.list}. */
  inIntegers(column: string): string
  /** `column` is one of the texts of a list parameter; pass the list with {@link Dialect.list}. */
  inTexts(column: string): string
  /** A list as one parameter for {@link Dialect.inIntegers} and {@link Dialect.inTexts}. */
  list(values: readonly (string | number)[]): string
  /** LIKE that tells upper and lower case apart; `?` takes what {@link Dialect.likeExactPattern} makes of the pattern. */
  likeExact(column: string): string
  /** `%` and `_` are the only wildcards and nothing escapes them, as in MLflow's LIKE. */
  likeExactPattern(pattern: string): string
  /** LIKE that takes the upper and lower case of A to Z as one; `?` takes the pattern as it is. */
  likeAnyCase(column: string): string
  /** `column` holds text that a regular expression matches; `?` takes what {@link Dialect.matchesPattern} makes of the expression. */
  matches(column: string): string
  /** @throws ApiError INVALID_PARAMETER_VALUE when the expression can't be read, or can't be matched in time in proportion to a text */
  matchesPattern(pattern: string): string
  /** `column` holds the text of a parameter, which has no wildcards. */
  contains(column: string): string
  /** The text at `column.field[key]` of a column that is JSON for certain, or NULL. Field and key are ours, not a client's. */
  jsonField(column: string, field: string, key: string): string
  /** The number at `key` of JSON text, NULL where it is none; what is no JSON is no error. The key is ours, not a client's. */
  numberInJson(column: string, key: string): string
  /** An ORDER BY term; rows without a value always come last. */
  orderBy(expression: string, direction: 'asc' | 'desc'): string
  /** The suffix of a `select` that keeps the row from being changed by others until the commit. */
  readonly lockRow: string
  /** The suffix of a `select` of a row that is changed next: others who want to change it, or name it anew, wait for the commit. */
  readonly lockRowToChange: string
  /** Keeps other processes from migrating until the commit; empty where the transaction itself does. */
  readonly lockMigrations: string
  /** Several servers may work on one database, and none hears of the others' commits. */
  readonly has_neighbours: boolean
  /** The columns that a query asks for beside a lone `min(...)` or `max(...)` are those of the row that has it. */
  readonly bare_columns: boolean
  /** Column types for migrations. */
  readonly types: { int: string; double: string; text: string; id: string; id_never_reused: string }
  /** The suffix of `create table` that stores rows in the order of their primary key, where the database can. */
  readonly clustered: string
}

export const sqlite: Dialect = {
  name: 'sqlite',
  inIntegers: (column) => `${column} in (select value from json_each(?))`,
  inTexts: (column) => `${column} in (select value from json_each(?))`,
  list: (values) => JSON.stringify(values),
  likeExact: (column) => `${column} glob ?`,
  likeExactPattern: (pattern) => pattern.replace(/[*?[]/g, '[$&]').replaceAll('%', '*').replaceAll('_', '?'),
  likeAnyCase: (column) => `lower(${column}) like lower(?)`,
  matches: (column) => `${MATCHES_FUNCTION}(?, ${column})`,
  matchesPattern(pattern) {
    automatonOf(pattern)
    return pattern
  },
  contains: (column) => `instr(${column}, ?) > 0`,
  jsonField: (column, field, key) => `json_extract(${column}, '$.${field}."${key}"')`,
  numberInJson: (column, key) =>
    `case when json_valid(${column}) and json_type(${column}, '$."${key}"') in ('integer', 'real')
      then json_extract(${column}, '$."${key}"') end`,
  orderBy: (expression, direction) => `${expression} ${direction} nulls last`,
  lockRow: '',
  lockRowToChange: '',
  lockMigrations: '',
  has_neighbours: false,
  bare_columns: true,
  types: {
    int: 'integer',
    double: 'real',
    text: 'text',
    id: 'integer primary key',
    id_never_reused: 'integer primary key autoincrement',
  },
  clustered: 'without rowid',
}

export const postgres: Dialect = {
  name: 'postgres',
  inIntegers: (column) => `${column} = any(?::bigint[])`,
  inTexts: (column) => `${column} = any(?::text[])`,
  list: (values) => `{${values.map((value) => (typeof value === 'number' ? value : quoteElement(value))).join(',')}}`,
  likeExact: (column) => `${column} like ? escape ''`,
  likeExactPattern: (pattern) => pattern,
  likeAnyCase: (column) => `lower(${column}) like lower(?) escape ''`,
  matches: (column) => `${column} ~ ?`,
  matchesPattern: asPostgres,
  contains: (column) => `strpos(${column}, ?) > 0`,
  jsonField: (column, field, key) => `(${column}::json -> '${field}' ->> '${key}')`,
  numberInJson: (column, key) => {
    const number = '(-{0,1}[0-9]{1,18}([.][0-9]{1,20}){0,1}([eE][-+]{0,1}[0-9]{1,2}){0,1})'
    return `cast(substring(${column} from '"${key}" *: *${number}') as double precision)`
  },
  orderBy: (expression, direction) => `${expression} ${direction} nulls last`,
  lockRow: 'for share',
  lockRowToChange: 'for no key update',
  lockMigrations: 'select pg_advisory_xact_lock(1970430)',
  has_neighbours: true,
  bare_columns: false,
  types: {
    int: 'bigint',
    double: 'double precision',
    text: 'text collate "C"',
    id: 'bigint generated by default as identity primary key',
    id_never_reused: 'bigint generated by default as identity primary key',
  },
  clustered: '',
}

const quoteElement = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`
