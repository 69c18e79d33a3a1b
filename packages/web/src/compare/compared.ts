import type { Output } from '@millrace/client'
import { metric } from '../format.ts'

export type ComparedRun = Output<'POST /api/2.0/millrace/runs/get-many'>['runs'][number]

const RUNS_MAX = 200
const CHARTS_MAX = 6

export type Compared = { readonly name: string; readonly values: readonly string[]; readonly differs: boolean }

/** Each name that any of the runs has, with the runs' values; those that differ come first. */
export function comparedRows(runs: readonly ComparedRun[], kind: 'metrics' | 'params'): Compared[] {
  const names = new Set(runs.flatMap(({ data }) => data[kind].map(({ key }) => key)))
  const maps = runs.map(({ data }) => new Map<string, number | string>(data[kind].map(({ key, value }) => [key, value])))
  return [...names]
    .map((name) => {
      const values = maps.map((values) => (kind === 'metrics' ? metric(values.get(name)) : String(values.get(name) ?? '')))
      return { name, values, differs: new Set(values).size > 1 }
    })
    .sort((a, b) => Number(b.differs) - Number(a.differs) || a.name.localeCompare(b.name))
}

/** The runs that an address compares. */
export const comparedIds = (search: string): string[] => [...new Set(search.split(',').filter(Boolean))].slice(0, RUNS_MAX)

/** The metrics that have a chart of their own: of the machine's there are many, and they say nothing about the model. */
export const chartedMetrics = (runs: readonly ComparedRun[]): string[] =>
  comparedRows(runs, 'metrics')
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('system/'))
    .slice(0, CHARTS_MAX)
