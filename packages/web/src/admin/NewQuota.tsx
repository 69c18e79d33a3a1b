import type { Input } from '@millrace/client'
import { useState } from 'react'
import { Select } from '../parts/Select.tsx'
import { Count } from './Count.tsx'
import type { Quota } from './quota.ts'

type Limits = Input<'POST /api/2.0/millrace/quotas/set'>
type Props = {
  /** One that is to be changed. */
  from: Quota | undefined
  save: (limits: Limits) => Promise<boolean>
  done: () => void
}

const MIB = 1_048_576
const SCOPES = { user: 'account', workspace: 'workspace' } as const
const textOf = (number: number | string | undefined): string => (number === undefined ? '' : String(number))
const numberOf = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text))

/** Sets a quota; a field that is left empty limits nothing. */
export function NewQuota({ from, save, done }: Props) {
  const [scope, setScope] = useState<Limits['scope']>(from?.scope ?? 'user')
  const [name, setName] = useState(from?.name ?? '')
  const [rate, setRate] = useState(textOf(from?.requests_per_second))
  const [uploads, setUploads] = useState(textOf(from?.concurrent_uploads))
  const [mebibytes, setMebibytes] = useState(textOf(from?.upload_bytes_per_day && from.upload_bytes_per_day / MIB))
  const submit = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    const [requests_per_second, concurrent_uploads, most] = [rate, uploads, mebibytes].map(numberOf)
    const isSet = await save({
      scope,
      ...(name.trim() !== '' && { name: name.trim() }),
      ...(requests_per_second !== undefined && { requests_per_second }),
      ...(concurrent_uploads !== undefined && { concurrent_uploads }),
      ...(most !== undefined && { upload_bytes_per_day: Math.round(most * MIB) }),
    })
    if (!isSet) return
    for (const clear of [setName, setRate, setUploads, setMebibytes]) clear('')
    done()
  }
  return (
    <form className="bar" onSubmit={submit}>
      <label>
        Of an <Select options={SCOPES} value={scope} onChange={setScope} />
      </label>
      <input
        className="grow"
        aria-label="Whose quota"
        placeholder="Name, or empty: each without one of its own"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Count label="Requests a second" typed={rate} onChange={setRate} step="any" says />
      <Count label="Uploads at a time" typed={uploads} onChange={setUploads} says />
      <Count label="MiB of uploads a day" typed={mebibytes} onChange={setMebibytes} step="any" says />
      <button type="submit" className="main" disabled={[rate, uploads, mebibytes].every((one) => one.trim() === '')}>
        Set the quota
      </button>
      {from && (
        <button type="button" onClick={done}>
          Cancel
        </button>
      )}
    </form>
  )
}
