import type { OidcSettings } from '../../config.ts'
import { command, query, type Reader, type Writer } from '../../db/handles.ts'
import { type Account, accountById, accountByName, addAccount, setAdmin } from '../account-store.ts'
import { raiseRights } from '../rights.ts'
import type { Person } from './provider.ts'

const BY_IDENTITY = query<{ account: number }>('select account from account_identity where issuer = ? and subject = ?')
const LINK = command('insert into account_identity (issuer, subject, account) values (?, ?, ?)')
const NAMED = query<{ id: number }>((dialect) => `select id from account_group where ${dialect.inTexts('name')}`)
const GIVEN = query<{ account_group: number }>('select account_group from account_identity_group where account = ?')
const JOIN = command('insert into account_group_member (account_group, account) values (?, ?) on conflict do nothing')
const LEAVE = command('delete from account_group_member where account_group = ? and account = ?')
const GIVE = command('insert into account_identity_group (account, account_group) values (?, ?) on conflict do nothing')
const TAKE = command('delete from account_identity_group where account = ? and account_group = ?')

const NAME = /^[^:\p{Cc}]{1,256}$/u

/**
 * The account of a person who comes from a provider: the one that is theirs by issuer and subject, or a new one under their name. A name
 * that is taken is never taken over, since what a provider calls people is often theirs to choose. Groups and, where it is so
 * configured, administration are brought up to date. Undefined for those who may not come in.
 */
export async function accountOf(tx: Writer, person: Person, settings: OidcSettings, now_ms: number): Promise<Account | undefined> {
  const { allowed_groups, admin_groups } = settings
  const isIn = (groups: readonly string[]): boolean => groups.some((one) => person.groups.includes(one))
  const known = await linked(tx, person)
  const isAllowed = allowed_groups.length === 0 || isIn(allowed_groups) || isIn(admin_groups)
  const account = isAllowed ? (known ?? (await made(tx, person, now_ms))) : undefined
  if (account?.disabled !== 0) return undefined
  if (admin_groups.length > 0 && (account.is_admin !== 0) !== isIn(admin_groups)) await setAdmin(tx, account, isIn(admin_groups))
  await joinGroups(tx, account.id, person.groups)
  return accountById(tx, account.id)
}

async function linked(db: Reader, { issuer, subject }: Person): Promise<Account | undefined> {
  const row = await db.get(BY_IDENTITY, issuer, subject)
  return row && accountById(db, row.account)
}

async function made(tx: Writer, { issuer, subject, name }: Person, now_ms: number): Promise<Account | undefined> {
  if (!NAME.test(name) || (await accountByName(tx, name))) return undefined
  const account = await addAccount(tx, name, null, now_ms)
  await tx.run(LINK, issuer, subject, account.id)
  return account
}

/** The provider's groups that there are here by the same name. What somebody else made the account a member of stays. */
async function joinGroups(tx: Writer, account: number, names: readonly string[]): Promise<void> {
  const wanted = new Set((await tx.all(NAMED, tx.dialect.list([...new Set(names)]))).map(({ id }) => id))
  const given = new Set((await tx.all(GIVEN, account)).map(({ account_group }) => account_group))
  let changed = false
  for (const group of wanted) {
    if (given.has(group) || (await tx.run(JOIN, group, account)) === 0) continue
    await tx.run(GIVE, account, group)
    changed = true
  }
  for (const group of given) {
    if (wanted.has(group)) continue
    await tx.run(LEAVE, group, account)
    await tx.run(TAKE, account, group)
    changed = true
  }
  if (changed) await raiseRights(tx, account)
}
