import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { IS_PROMPT, nameFilter } from '../filters.ts'
import { Code } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Search } from '../parts/Search.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'

const PAGE_MAX = 200

/** All prompts. */
export function PromptsPage() {
  const [typed, setTyped] = useState('')
  const filter = [IS_PROMPT, nameFilter(typed)].filter(Boolean).join(' AND ')
  const asked = { max_results: PAGE_MAX, filter }
  const pages = usePages('GET /api/2.0/mlflow/registered-models/search', asked, ({ registered_models }) => registered_models)
  const prompts = pages.items
  return (
    <>
      <title>Prompts · Millrace</title>
      <div className="heading">
        <h1>Prompts</h1>
      </div>
      <div className="bar">
        <Search label="Search prompts by name" placeholder="Search by name" value={typed} onChange={setTyped} />
      </div>
      {pages.error && <Problem error={pages.error} retry={pages.retry} />}
      {pages.isPending && <Loading />}
      {pages.first && prompts.length === 0 && typed !== '' && <p className="faint">No prompt has that name.</p>}
      {pages.first && prompts.length === 0 && typed === '' && (
        <Empty title="No prompt is registered yet">
          <p>A prompt is kept in versions, like a model; variables stand in double braces.</p>
          <Code text={'mlflow.genai.register_prompt(name="greeting", template="Hello {{ name }}!")'} />
        </Empty>
      )}
      {prompts.length > 0 && (
        <Scroll label="Prompts">
          <table>
            <thead>
              <tr>
                <th>Name</th>
                <th>Aliases</th>
                <th>Changed</th>
              </tr>
            </thead>
            <tbody>
              {prompts.map(({ name, aliases, last_updated_timestamp }) => (
                <tr key={name}>
                  <td className="wide">
                    <Link to="/prompts/$name" params={{ name }} title={name}>
                      {name}
                    </Link>
                  </td>
                  <td>{aliases.map(({ alias, version }) => `@${alias} → ${version}`).join(', ')}</td>
                  <td>
                    <Time at={last_updated_timestamp} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <More pages={pages} noun="prompt" />
    </>
  )
}
