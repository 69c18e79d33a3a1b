import type { Settings } from '../../config.ts'
import { hostProblem } from '../../egress/index.ts'
import { invalid } from '../../http/errors.ts'

/**
 * A webhook's URL, spelled in the one way that a URL has: `https://0x7f000001/` is `https://127.0.0.1/`, and refused. Names are looked up
 * when something is sent, not here.
 * @throws ApiError INVALID_PARAMETER_VALUE
 */
export function webhookUrl(text: string, settings: Settings): string {
  if (text.trim() === '') throw invalid('Webhook URL cannot be empty or just whitespace: give the address that takes the events.')
  if (!URL.canParse(text)) throw invalid(`Invalid webhook URL '${excerpt(text)}': it is spelled like https://example.com/path.`)
  const url = new URL(text)
  const schemes = settings.webhook_allowed_schemes ?? ['https']
  const scheme = url.protocol.slice(0, -1)
  if (!schemes.includes(scheme)) {
    throw invalid(`Invalid webhook URL scheme: '${scheme}'. Allowed schemes are: ${schemes.join(', ')}.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid("Invalid webhook URL: it must not hold a user's name or password; receivers check the signature instead.")
  }
  const problem = hostProblem(url, settings.webhook_allowed_hosts ?? [])
  if (problem !== undefined) throw invalid(`Invalid webhook URL: ${problem}`)
  return url.href
}

const excerpt = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}...` : text)
