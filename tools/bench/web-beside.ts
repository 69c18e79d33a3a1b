import type { Browser } from 'playwright-core'
import { EXPERIMENTS } from './web-data.ts'
import { toMlflowRuns, withMlflow } from './web-mlflow.ts'
import { type Measured, type Received, stageOf, until } from './web-stage.ts'

const TRIES_MAX = 3
const QUIET_MS = 1_500
// The newest of a thousand runs stands in the first row of either page.
const FIRST_ROW = `document.body?.innerText.includes('run 999')`

/** The first load of a page with nothing kept by the browser, and the second, to the first rows; with what all of it received. */
export type Loads = { readonly cold: Measured; readonly warm: Measured; readonly received: Received; readonly again: Received }

/** Loads a page of a thousand runs, twice. A page that breaks is loaded anew in another browser: MLflow's did once, on a busy machine. */
export async function loadTwice(browser: Browser, pid: number, url: string): Promise<Loads> {
  for (let tries = 1; ; tries++) {
    const stage = await stageOf(pid, browser)
    try {
      const cold = await until(stage, () => stage.page.goto(url, { waitUntil: 'commit' }), FIRST_ROW)
      await stage.page.waitForTimeout(QUIET_MS)
      const received = stage.received()
      const warm = await until(stage, () => stage.page.reload({ waitUntil: 'commit' }), FIRST_ROW)
      await stage.page.waitForTimeout(QUIET_MS)
      const all = stage.received()
      return {
        cold,
        warm,
        received,
        again: { all: all.all - received.all, code: all.code - received.code, json: all.json - received.json },
      }
    } catch (error) {
      if (tries === TRIES_MAX) throw error
    } finally {
      await stage.page.context().close()
    }
  }
}

/** Loads Millrace's page and MLflow's, of the same runs, in turn. */
export async function besideMlflow(
  browser: Browser,
  millrace: { pid: number; url: string },
  sizes: { runs: number; metrics: number },
  rounds: number,
): Promise<{ millrace: Loads[]; mlflow: Loads[] }> {
  const found = { millrace: [] as Loads[], mlflow: [] as Loads[] }
  await withMlflow(sizes, async (mlflow) => {
    for (let round = 0; round < rounds; round++) {
      found.millrace.push(await loadTwice(browser, millrace.pid, `${millrace.url}/#/experiments/${EXPERIMENTS.thousand}`))
      found.mlflow.push(await loadTwice(browser, mlflow.pid, toMlflowRuns(mlflow.url)))
    }
  })
  return found
}
