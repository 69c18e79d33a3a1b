import { type ReactNode, useState } from 'react'
import { Code } from '../parts/Copy.tsx'
import { act, emptied } from '../shell/act.ts'
import { TOKENS } from './token.ts'

type Props = {
  /** Makes it, and gives the secret that lets its owner in. */
  make: (name: string) => Promise<string>
  /** What is said when it is made. */
  done: string
  /** What else is asked for. */
  children: ReactNode
}

/** Makes a token, and shows its secret this once. */
export function NewToken({ make, done, children }: Props) {
  const [name, setName] = useState('')
  const [secret, setSecret] = useState<string>()
  const create = (event: React.FormEvent): void => {
    event.preventDefault()
    const made = async (): Promise<void> => {
      setSecret(await make(name))
      setName(emptied(name))
    }
    void act(made, { done, changes: [TOKENS] })
  }
  return (
    <>
      <form className="bar" onSubmit={create}>
        <input
          className="grow"
          aria-label="What the token is for"
          placeholder="What is it for?"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {children}
        <button type="submit" className="main" disabled={name.trim() === ''}>
          Make a token
        </button>
      </form>
      {secret && (
        <section className="card">
          <p>Copy it now: it is shown this once, and stored nowhere.</p>
          <Code text={secret} />
        </section>
      )}
    </>
  )
}
