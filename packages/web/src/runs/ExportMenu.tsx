import { useEffect, useRef, useState } from 'react'
import { sentenceOf } from '../api.ts'
import { count } from '../format.ts'
import { Menu } from '../parts/Menu.tsx'
import { saveAs } from '../parts/save.ts'
import { say } from '../shell/Toasts.tsx'
import { COLUMNS_MAX, type ExportKind, exportRuns, type Progress } from './export-runs.ts'
import type { Runs } from './use-runs.ts'
import { type Column, type Names, namesAsColumns } from './view.ts'

type Props = { chosen: readonly string[]; runs: Runs; columns: readonly Column[]; names: Names | undefined }

/** The first columns of each kind, as many as can be asked for at once. */
const firstOf = (columns: readonly Column[]): Column[] =>
  (['metrics', 'params', 'tags'] as const).flatMap((kind) => columns.filter((one) => one.kind === kind).slice(0, COLUMNS_MAX))

/** All runs that the filter finds, or those that are selected, as a file. */
export function ExportMenu({ chosen, runs, columns, names }: Props) {
  const [isWhole, setIsWhole] = useState(false)
  const [progress, setProgress] = useState<Progress>()
  const stop = useRef<AbortController>(undefined)
  useEffect(() => () => stop.current?.abort(), [])
  const all = namesAsColumns(names)
  const take = async (kind: ExportKind): Promise<void> => {
    const control = new AbortController()
    stop.current = control
    setProgress({ done: 0, total: undefined })
    try {
      const taken = isWhole ? firstOf(all) : columns
      const file = await exportRuns(runs.search, chosen, taken, kind, { signal: control.signal, tell: setProgress })
      saveAs(`runs.${kind}`, file.type, file)
    } catch (error) {
      if (!control.signal.aborted) say(sentenceOf(error), { isProblem: true })
    } finally {
      setProgress(undefined)
    }
  }
  const what =
    chosen.length > 0 ? `The ${count(chosen.length, 'run')} selected` : `All ${runs.total?.toLocaleString('en-GB') ?? ''} runs found`
  if (progress) {
    return (
      <>
        <progress aria-label="Export" value={progress.done} {...(progress.total !== undefined && { max: Math.max(1, progress.total) })} />
        <button type="button" onClick={() => stop.current?.abort()}>
          {progress.done.toLocaleString('en-GB')} runs: stop
        </button>
      </>
    )
  }
  return (
    <Menu label="Export">
      <p className="faint">{what}, in the order of the table.</p>
      <label>
        <input type="checkbox" checked={isWhole} onChange={(event) => setIsWhole(event.target.checked)} /> every metric, parameter and tag (
        {all.length.toLocaleString('en-GB')}), not only the columns shown
      </label>
      {isWhole && firstOf(all).length < all.length && (
        <p className="faint">There are more than one file takes: the first {COLUMNS_MAX} of each kind. Choose columns for others.</p>
      )}
      <div className="bar">
        <button type="button" onClick={() => void take('csv')}>
          CSV
        </button>
        <button type="button" onClick={() => void take('jsonl')}>
          JSON Lines
        </button>
      </div>
    </Menu>
  )
}
