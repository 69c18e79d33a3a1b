export { asPostgres } from './as-postgres.ts'
export { automatonOf } from './automaton.ts'
