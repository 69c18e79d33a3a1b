import { useState } from 'react'
import { useApi } from '../api.ts'
import { Chips } from './Chips.tsx'

const LIST = 'GET /api/2.0/mlflow/users/list'
const SHOWN_MAX = 12
const OFFERED_MAX = 20

type Props = {
  /** The set: members of a group, or those to whom a role was given. */
  within: { readonly group: string } | { readonly role_id: number }
  none: string
  remove: (username: string) => unknown
  add: (username: string) => unknown
  what: string
}

const asItems = (users: readonly { username: string }[] | undefined) =>
  (users ?? []).map(({ username }) => ({ key: username, label: username }))

/** Accounts in a set, of which there may be a hundred thousand: some are shown, the others are found by a part of their name. */
export function AccountChips({ within, ...rest }: Props) {
  const [typed, setTyped] = useState('')
  const search = typed.trim()
  const inside = useApi(LIST, { ...within, search, max_results: SHOWN_MAX }, { keep: true })
  const found = useApi(LIST, { search, max_results: OFFERED_MAX }, { enabled: search !== '' })
  const items = asItems(inside.data?.users)
  const offered = search === '' ? [] : asItems(found.data?.users).filter(({ key }) => !items.some((one) => one.key === key))
  return <Chips {...rest} items={items} total={inside.data?.total ?? items.length} choices={offered} onType={setTyped} />
}
