import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { BrowserContext } from 'playwright-core'
import { MillraceClient } from '../../packages/client/src/index.ts'
import { startMillrace } from '../server.ts'
import { startedWeb } from './started.ts'
import { findingsOf, type Watched, watched } from './watched.ts'

const soon = { timeout: 30_000 }
// Half a minute passes until the page asks by itself: what is there before was told.
const TOLD_MAX_MS = 20_000

let team: MillraceClient
const hers = { experiment_id: '', run_id: '' }

const web = startedWeb({
  start: () => startMillrace(['--enable-workspaces']),
  async fill({ server, client }) {
    await client.experiments.create({ name: 'ours' })
    for (const name of ['team-a', 'new']) await client.call('POST /api/3.0/mlflow/workspaces', { name })
    team = new MillraceClient({ url: server.url, workspace: 'team-a' })
    hers.experiment_id = (await team.experiments.create({ name: 'hers' })).experiment_id
    const { run } = await team.runs.create({ experiment_id: hers.experiment_id, run_name: 'first', start_time: 1_700_000_000_000 })
    hers.run_id = run.info.run_id
    await team.runs.logBatch({ run_id: hers.run_id, params: [{ key: 'depth', value: '3' }] })
    await team.uploadArtifact({ run_id: hers.run_id }, 'note.txt', 'only for us')
  },
})

const inContext = async <T>(act: (context: BrowserContext) => Promise<T>, options: object = {}): Promise<T> => {
  const context = await web.browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })
  try {
    return await act(context)
  } finally {
    await context.close()
  }
}

async function opened(context: BrowserContext, hash: string): Promise<Watched> {
  const { page, complaints } = await watched(context, web.server.url)
  await page.goto(`${web.server.url}/#${hash}`)
  return { page, complaints }
}

test('another workspace is chosen, the address keeps it, and every request is about it', async () => {
  await inContext(async (context) => {
    const { page, complaints } = await opened(context, '/experiments')
    const without = new Set<string>()
    await page.getByRole('link', { name: 'ours' }).waitFor(soon)
    assert.equal(await page.getByRole('link', { name: 'hers' }).count(), 0)
    await page.getByLabel('Workspace').selectOption('team-a')
    await page.getByRole('link', { name: 'hers' }).waitFor(soon)
    page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      const isOfWorkspace = /^\/(ajax-)?api\/|get-artifact/.test(pathname) && !/workspaces$|server-info$|sessions\/current$/.test(pathname)
      if (isOfWorkspace && request.headers()['x-mlflow-workspace'] !== 'team-a') without.add(pathname)
    })
    await page.reload()
    await page.getByRole('link', { name: 'hers' }).click(soon)
    await page.getByRole('link', { name: 'first' }).click(soon)
    await page.getByRole('link', { name: 'Artifacts' }).click(soon)
    await page
      .getByRole('link', { name: 'note.txt' })
      .or(page.getByRole('button', { name: 'note.txt' }))
      .first()
      .click(soon)
    await page.getByText('only for us').waitFor(soon)
    const [download] = await Promise.all([page.waitForEvent('download', soon), page.getByRole('button', { name: /^Download/ }).click()])
    assert.equal(readFileSync(await download.path(), 'utf8'), 'only for us')
    assert.match(page.url(), /[?&]workspace=team-a/)
    await page.getByRole('link', { name: 'Models' }).first().click(soon)
    await page.waitForURL(/#\/models\?workspace=team-a/, soon)
    assert.deepEqual([[...without], complaints], [[], []])
    await page.getByLabel('Workspace').selectOption('default')
    await page.getByRole('link', { name: 'ours' }).waitFor(soon)
    assert.ok(!page.url().includes('workspace'))
    await page.goBack()
    await page.waitForURL(/workspace=team-a/, soon)
    await page.getByLabel('Workspace').and(page.locator('[title="Workspace: team-a"]')).waitFor(soon)
  })
})

test('a link to a workspace opens there; one to a workspace that is not there says so, and leads back', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await inContext(
      async (context) => {
        const { page, complaints } = await opened(context, `/experiments/${hers.experiment_id}?workspace=team-a`)
        await page.getByRole('link', { name: 'first' }).waitFor(soon)
        assert.equal(await page.getByLabel('Workspace').inputValue(), 'team-a')
        assert.deepEqual([await findingsOf(page), complaints.filter((one) => !one.includes('evaluate'))], [[], []])
      },
      { colorScheme, viewport: { width: 390, height: 800 }, bypassCSP: true },
    )
  }
  await inContext(async (context) => {
    const { page } = await opened(context, '/experiments?workspace=nobody')
    await page.getByText('nobody').nth(1).waitFor(soon)
    assert.equal(await page.getByLabel('Workspace').locator('option:checked').textContent(), 'nobody (not found)')
    await page.getByLabel('Workspace').selectOption('new')
    // What is pasted from there goes there.
    await page.getByText('mlflow.set_workspace("new")').waitFor(soon)
  })
})

test('a server without workspaces has no choice of them, and leads out of an address that names one', async () => {
  const plain = await startMillrace()
  try {
    await inContext(async (context) => {
      const page = await context.newPage()
      await page.goto(`${plain.url}/#/experiments`)
      await page.getByText('Log your first run').waitFor(soon)
      assert.equal(await page.getByLabel('Workspace').count(), 0)
      await page.goto(`${plain.url}/#/experiments?workspace=team-a`)
      await page.getByRole('link', { name: /Leave the workspace team-a/ }).click(soon)
      await page.getByText('Log your first run').waitFor(soon)
    })
  } finally {
    await plain.stop()
  }
})

test('what a run notes is seen as it happens: params, tags, its name and its state, in the table and on its page', async () => {
  await inContext(async (context) => {
    const { page } = await opened(
      context,
      `/experiments/${hers.experiment_id}?workspace=team-a&columns=${JSON.stringify(['params.depth', 'params.lr', 'tags.stage'])}`,
    )
    const alone = await opened(context, `/experiments/${hers.experiment_id}/runs/${hers.run_id}?workspace=team-a`)
    const row = page.getByRole('row').filter({ hasText: 'first' })
    await row.getByText('3', { exact: true }).waitFor(soon)
    await alone.page.getByText('depth').first().waitFor(soon)
    await Promise.all([page, alone.page].map((one) => one.waitForTimeout(1_000)))
    const { run_id } = hers
    const told = { timeout: TOLD_MAX_MS }
    const start = performance.now()
    await team.runs.logBatch({ run_id, params: [{ key: 'lr', value: '0.0125' }], tags: [{ key: 'stage', value: 'warm-up' }] })
    await Promise.all([
      page.getByRole('gridcell').getByText('0.0125').waitFor(told),
      page.getByRole('gridcell').getByText('warm-up').waitFor(told),
      alone.page.getByText('0.0125').waitFor(told),
      alone.page.getByText('warm-up').waitFor(told),
    ])
    console.log(`a new param and tag were seen after ${Math.round(performance.now() - start)} ms`)
    await team.runs.update({ run_id, run_name: 'renamed', status: 'FINISHED', end_time: 1_700_000_100_000 })
    await page.getByRole('link', { name: 'renamed' }).waitFor(told)
    await alone.page.getByRole('heading', { name: 'renamed' }).waitFor(told)
    await alone.page.getByText('Finished', { exact: false }).first().waitFor(told)
  })
})
