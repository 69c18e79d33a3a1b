import { variablesOf } from '@millrace/client'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useApi } from '../api.ts'
import { IS_PROMPT, quoted } from '../filters.ts'
import { Aliases } from '../models/Aliases.tsx'
import { Choice } from '../parts/Choice.tsx'
import { Copy } from '../parts/Copy.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'
import { Beside } from './Beside.tsx'
import { difference } from './difference.ts'
import './prompts.css'

const route = getRouteApi('/prompts/$name')
const TEXT = 'mlflow.prompt.text'
const PAGE_MAX = 200
const LOOKS = { beside: 'Side by side', one: 'In one' } as const

/** A prompt: its versions, each beside the one before. */
export function PromptPage() {
  const { name } = route.useParams()
  const asked = { filter: `name = ${quoted(name)} AND ${IS_PROMPT}`, order_by: ['version_number DESC'], max_results: PAGE_MAX }
  const pages = usePages('GET /api/2.0/mlflow/model-versions/search', asked, (of) => of.model_versions)
  const [chosen, choose] = useState<string>()
  const [other, setOther] = useState<string>()
  const [look, setLook] = useState<keyof typeof LOOKS>('beside')
  const registered = useApi('GET /api/2.0/mlflow/registered-models/get', { name })
  if (pages.error) return <Problem error={pages.error} retry={pages.retry} />
  if (!pages.first) return <Loading />
  const versions = pages.items
  const at = Math.max(
    0,
    versions.findIndex(({ version }) => version === chosen),
  )
  const shown = versions[at]
  if (!shown) return <p className="faint">This prompt has no version yet.</p>
  const before = versions.find(({ version }) => version === other) ?? versions[at + 1]
  const text = textOf(shown)
  const variables = variablesOf(text)
  return (
    <>
      <title>{`${name} · Millrace`}</title>
      <div className="heading">
        <h1>
          <span className="crumb">
            <Link to="/prompts">Prompts</Link>
          </span>
          {name}
        </h1>
        <Copy text={`prompts:/${name}/${shown.version}`} label="Copy the URI" />
      </div>
      <div className="bar">
        <label>
          Version{' '}
          <select value={shown.version} onChange={(event) => choose(event.target.value)}>
            {versions.map(({ version, aliases }) => (
              <option key={version} value={version}>
                {version} {aliases.map((alias) => `@${alias}`).join(' ')}
              </option>
            ))}
          </select>
        </label>
        {versions.length > 1 && (
          <label>
            beside{' '}
            <select value={before?.version ?? ''} onChange={(event) => setOther(event.target.value)}>
              {versions.map(({ version }) => (
                <option key={version} value={version}>
                  {version}
                </option>
              ))}
            </select>
          </label>
        )}
        {before && before !== shown && <Choice legend="How the difference is shown" options={LOOKS} value={look} onChange={setLook} />}
        <span className="faint">
          <Time at={shown.creation_timestamp} /> {shown.description && `· ${shown.description}`}
        </span>
      </div>
      <More pages={pages} noun="version" />
      {variables.length > 0 && (
        <p className="chips">
          <span className="faint">Variables</span>
          {variables.map((variable) => (
            <span key={variable} className="chip mono">
              {variable}
            </span>
          ))}
        </p>
      )}
      {before && before !== shown && look === 'beside' ? (
        <Beside before={{ version: before.version, text: textOf(before) }} after={{ version: shown.version, text }} />
      ) : before && before !== shown ? (
        <section aria-label={`What changed from version ${before.version} to ${shown.version}`} className="difference">
          {difference(textOf(before), text).map(({ kind, line }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
            <div key={index} className={kind}>
              <span aria-hidden="true">{kind === 'added' ? '+' : kind === 'removed' ? '−' : ' '}</span>
              {kind !== 'same' && <span className="hidden">{kind}: </span>}
              {line || ' '}
            </div>
          ))}
        </section>
      ) : (
        <pre className="preview">{text}</pre>
      )}
      <Aliases
        name={name}
        aliases={registered.data?.registered_model.aliases ?? []}
        versions={versions.map(({ version }) => version)}
        of="prompt"
      />
    </>
  )
}

function textOf({ tags }: { tags: readonly { key: string; value: string }[] }): string {
  const text = tags.find(({ key }) => key === TEXT)?.value ?? ''
  try {
    const messages = JSON.parse(text) as unknown
    if (!Array.isArray(messages)) return text
    return messages.map(({ role, content }: { role: string; content: string }) => `${role}:\n${content}`).join('\n\n')
  } catch {
    return text
  }
}
