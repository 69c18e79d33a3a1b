import type { Input } from '@millrace/client'
import { useState } from 'react'
import { api, useApi } from '../api.ts'
import { bytes } from '../format.ts'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { ACTIONS, Table } from '../parts/Table.tsx'
import { act } from '../shell/act.ts'
import { NewQuota } from './NewQuota.tsx'
import { QUOTAS, type Quota, whose } from './quota.ts'

const SET = 'POST /api/2.0/millrace/quotas/set'

const number = (title: string) => ({ title, look: 'number' as const })
const COLUMNS = ['Of', number('Requests a second'), number('Uploads at a time'), number('Uploads a day'), number('Uploaded today'), ACTIONS]

const setTo = ({ uploaded_today: _, ...limits }: Quota): Promise<unknown> => api.call(SET, limits)
const takeBack = ({ scope, name }: Quota): Promise<unknown> =>
  api.call('POST /api/2.0/millrace/quotas/delete', { scope, ...(name !== undefined && { name }) })

/** How much accounts and workspaces may ask for and upload. */
export function Quotas() {
  const found = useApi(QUOTAS, {})
  const [changed, change] = useState<Quota>()
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading />
  const { quotas } = found.data
  const save = (limits: Input<typeof SET>): Promise<boolean> => {
    const before = quotas.find(({ scope, name }) => scope === limits.scope && name === limits.name)
    return act(() => api.call(SET, limits), {
      done: `The quota of ${whose(limits)} is set.`,
      undo: () => (before ? setTo(before) : takeBack(limits)),
      changes: [QUOTAS],
    })
  }
  const remove = (quota: Quota): Promise<boolean> =>
    act(() => takeBack(quota), { done: `The quota of ${whose(quota)} is taken back.`, undo: () => setTo(quota), changes: [QUOTAS] })
  return (
    <>
      <NewQuota key={changed ? whose(changed) : ''} from={changed} save={save} done={() => change(undefined)} />
      {quotas.length === 0 && (
        <Empty title="There is no quota yet">
          <p>
            A quota keeps one account or workspace from taking what the others need: requests a second, and uploads at a time and a day.
          </p>
        </Empty>
      )}
      {quotas.length > 0 && (
        <Table label="Quotas" columns={COLUMNS}>
          {quotas.map((quota) => (
            <tr key={whose(quota)}>
              <td className="wide" title={quota.name}>
                {whose(quota)}
              </td>
              <td className="number">{quota.requests_per_second ?? 'any'}</td>
              <td className="number">{quota.concurrent_uploads ?? 'any'}</td>
              <td className="number">{quota.upload_bytes_per_day === undefined ? 'any' : bytes(quota.upload_bytes_per_day)}</td>
              <td className="number">{quota.uploaded_today === undefined ? '' : bytes(quota.uploaded_today)}</td>
              <td>
                <button type="button" className="quiet" onClick={() => change(quota)} aria-label={`Change the quota of ${whose(quota)}`}>
                  Change
                </button>
                <button
                  type="button"
                  className="quiet danger"
                  onClick={() => void remove(quota)}
                  aria-label={`Take back the quota of ${whose(quota)}`}
                >
                  Take back
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  )
}
