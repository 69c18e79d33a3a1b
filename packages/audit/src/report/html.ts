import { type AuditReport, notSeen } from '../audit-report.ts'
import type { Finding } from '../finding.ts'
import { surfaceLines } from './surface-lines.ts'
import { categoriesOf, nothingFound, placeOf, riskOfReport, where } from './text.ts'

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const plain = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign)

const STYLE = `
:root { color-scheme: light dark;
  --line: light-dark(#d4d7dc, #3a3f47); --soft: light-dark(#f4f5f7, #1d2025); --quiet: light-dark(#565d68, #a3abb8) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere;
  background: light-dark(#fff, #121418); color: light-dark(#16191d, #e8eaed) }
h1 { font-size: 1.5rem; margin-bottom: .25rem } h2 { font-size: 1.15rem; margin-top: 2rem }
h3 { font-size: 1rem; margin: 0 } dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem }
dt { color: var(--quiet) } dd { margin: 0 }
section { border: 1px solid var(--line); border-left-width: 5px; border-radius: 6px; padding: .75rem 1rem; margin: 1rem 0 }
.critical { border-left-color: #b00020 } .high { border-left-color: #d1420d } .medium { border-left-color: #b98500 }
.low { border-left-color: #4a7fb5 } .info { border-left-color: #808892 }
.risk { font-weight: 600 } .quiet { color: var(--quiet); font-size: .9rem }
code { font: .85rem/1.4 ui-monospace, monospace;
  background: var(--soft); border-radius: 4px; padding: .1rem .3rem; overflow-wrap: anywhere }
ul { padding-left: 1.2rem } li { margin: .2rem 0 }
@media (max-width: 36rem) { section dl { display: block } section dt { margin-top: .5rem } }
@media print { section { break-inside: avoid } }
`

/** The report as one page: no script, nothing fetched, light or dark as the reader has it. What is quoted is text and never markup. */
export function htmlReport(report: AuditReport): string {
  const { name, verdict, findings, passed, allowed } = report
  const groups = [...Map.groupBy(findings, (one) => `${one.rule} ${one.weight}`).values()]
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>Audit of ${plain(name)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>Audit of ${plain(name)}</h1>`,
    '<dl>',
    `<dt>Verdict</dt><dd>${verdict}</dd>`,
    `<dt>Risk level</dt><dd class="risk">${riskOfReport(report)}</dd>`,
    `<dt>Categories</dt><dd>${categoriesOf(report).join(', ')}</dd>`,
    `<dt>Looked at</dt><dd>${plain(where(report))}</dd>`,
    '</dl>',
    '<h2>Full analysis</h2>',
    ...(findings.length === 0 ? [`<p>${nothingFound(report)}</p>`] : groups.flatMap(groupOf)),
    ...listOf('Not looked at', notSeen(report).map(plain)),
    ...listOf('Found right', passed.map(plain)),
    ...listOf(
      `Judged before (${allowed.length})`,
      allowed.map((one) => `<code>${plain(one.rule)}</code> ${plain(placeOf(one))}: ${plain(one.reason)}`),
    ),
    '</main>',
    '</body>',
    '</html>',
  ].join('\n')
}

function groupOf(group: readonly Finding[]): string[] {
  const [first] = group
  if (!first) return []
  return [
    `<section class="${first.weight}">`,
    `<h3>${plain(first.title)}</h3>`,
    `<p class="quiet">${first.category} · ${first.weight.toUpperCase()} · ${plain(first.rule)} · CWE-${first.cwe}</p>`,
    '<ul>',
    ...group.map((one) => `<li>${plain(placeOf(one))}: <code>${plain(one.evidence)}</code>${points(one)}</li>`),
    '</ul>',
    '<dl>',
    `<dt>Why it was flagged</dt><dd>${plain(first.why)}</dd>`,
    `<dt>What this means</dt><dd>${plain(first.means)}</dd>`,
    `<dt>Recommendation</dt><dd>${plain(first.recommendation)}</dd>`,
    '</dl>',
    '</section>',
  ]
}

const points = ({ surface }: Finding): string =>
  surface
    ? `<ul>${surfaceLines(surface)
        .map((line) => `<li>${plain(line)}</li>`)
        .join('')}</ul>`
    : ''

const listOf = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`<h2>${title}</h2>`, '<ul>', ...items.map((item) => `<li>${item}</li>`), '</ul>']
