/**
 * The filter language, for everything that is searched with `filter` and `order_by`.
 *
 * A room that searches declares its {@link language} once: which attributes there are and which operators they take. A request's
 * `filter` becomes a list of clauses by {@link parseFilter}, all of which must hold, and its `order_by` a list of orders by
 * {@link parseOrderBy}; the room says which SQL expression each name stands for and lets {@link testSql}, {@link allOf} and
 * {@link orderSql} write the statement. Pages go on where the last one ended: {@link pageOf}, {@link selectFrom}.
 * `experiments/search-query.ts` is the shortest example.
 */
export { CLAUSES_MAX, type Clause, FILTER_MAX, parseFilter, type Test } from './filter.ts'
export {
  type Entity,
  type Language,
  LIST_OPERATORS,
  language,
  NUMBER_OPERATORS,
  type Operator,
  PATTERN_OPERATORS,
  PRESENCE_OPERATORS,
  TEXT_OPERATORS,
} from './language.ts'
export { ORDER_MAX, ORDERS_MAX, type Order, parseOrderBy } from './order-by.ts'
export { type Found, pageOf, selectFrom, type Wanted } from './page.ts'
export { afterSql, type Cursor, openCursor, orderSql, sealCursor, type Term } from './paging.ts'
export { ALWAYS, allOf, type Fragment, NEVER, testIntegerSql, testSql, testText } from './sql.ts'
export { type ViewType, viewType } from './view-type.ts'
