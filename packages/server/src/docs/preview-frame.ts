import { stream } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'

/**
 * What a previewed file may do: draw itself, with its own scripts and what it holds, in an origin that is nobody's. It reaches no address,
 * no cookie and no storage, opens no window and sends no form; and where the page's own policy holds (`frame-src`), it goes nowhere else.
 */
const POLICY = [
  'sandbox allow-scripts',
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob: data:",
  "style-src 'unsafe-inline' data:",
  'img-src data: blob:',
  'font-src data:',
  'media-src data: blob:',
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ')

// The file comes by a message of the page around it, once: at no address of this server is it a page (security case BR-09).
const FRAME = `<!doctype html>
<meta charset="utf-8">
<title>Preview</title>
<script>
addEventListener('message', function take(event) {
  if (event.source !== parent || event.origin !== location.origin || typeof event.data?.html !== 'string') return
  removeEventListener('message', take)
  document.open()
  document.write(event.data.html)
  document.close()
})
</script>
`

/** The empty frame in which the web page shows HTML that somebody logged. */
export const previewFrame = stream({
  route: 'GET /preview-frame',
  summary: 'The sandboxed frame in which the web page shows HTML files',
  access: { signed_in: 'it is empty, and what is shown in it comes from the page around it' },
  input: object({}),
  answers: 'An empty page that a page of this server can fill',
  handler: async () => ({
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'x-frame-options': 'SAMEORIGIN',
      'x-dns-prefetch-control': 'off',
      'cache-control': 'no-cache',
    },
    body: FRAME,
  }),
})
