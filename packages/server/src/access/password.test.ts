import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPassword, isPassword, requireGoodPassword } from './password.ts'

const REFUSED = `
  password1234 Password123! P@ssw0rd2026 P@$$w0rd!2345 passwordpassword mypassword123 adminpassword Welcome12345 welcome2026!!
  Summer2026!! summerwinter1 iloveyou1234 iloveyou!!!! Letmein12345 changeme1234 ChangeMe!2026 please-change-me admin@admin.1
  administrator administrator1 qwertyuiop12 qwerty123456 1qaz2wsx3edc zaq12wsxcde3 1q2w3e4r5t6y qazwsxedcrfv asdfghjkl123 zxcvbnm12345
  123456789012 111111111111 0123456789ab 2026-01-31T12:00 abcdefghijkl aaaaaaaaaaaaaaa abababababab monkeydragon1 footballfootball
  mlflow123456 millrace2026 Databricks2026 machinelearning1 superman1234! trustno1trustno1 helloworld123 Sunshine2026! michaeljordan23
  alice-alice-1 alice1234567 ALICE!ALICE! 00000000000000000001
`
const TAKEN = [
  'grey-otter-41-lantern',
  'seven tall maples 9',
  'correct horse battery staple',
  'Xk9#mQ2$vL7p',
  'tr7Qz0pLw3Bn',
  'umbrella tango kiosk',
  'Жёлтый трамвай 47',
  'dein Fahrrad braucht Öl',
]

test('AU-02 a password that is short, or made the ways that are tried first, is refused and others are taken', () => {
  for (const password of ['', 'a', 'Xk9#mQ2$vL7']) assert.throws(() => requireGoodPassword(password, 'alice'), /at least 12 characters/)
  for (const password of [...REFUSED.trim().split(/\s+/), '+49 30 901820 12']) {
    assert.throws(() => requireGoodPassword(password, 'alice'), /tried first/, password)
  }
  for (const password of TAKEN) assert.doesNotThrow(() => requireGoodPassword(password, 'alice'), password)
})

test('AU-02 a password of the list of breached ones is refused, in any case and with digits and signs around it', () => {
  for (const password of ['polniypizdec0211', 'Ghhh47hj7649', 'MailCreated5240', 'sojdlg123aljg', '!!SonyEricsson2026']) {
    assert.throws(() => requireGoodPassword(password, 'alice'), /tried first/, password)
  }
})

test('looking at a long password costs little', () => {
  const begin = process.cpuUsage()
  for (let n = 0; n < 100; n++) requireGoodPassword(`${'passwordadmin'.repeat(70)}${n}zkqx#vbr`, 'alice')
  const { user, system } = process.cpuUsage(begin)
  assert.ok(user + system < 2_000_000, `${user + system} µs for 100`)
})

/** How far the costs of knowing and of not knowing an account may be from each other. */
const APART_MAX = 0.1

test('AU-06 a wrong password costs what an account without one, and none at all, cost', async (t) => {
  const stored = await hashPassword('grey-otter-41-lantern')
  const kinds = { known: stored, without: null, nobody: undefined }
  const costs: Record<string, number[]> = { known: [], without: [], nobody: [] }
  const median = (list: readonly number[] = []): number => [...list].sort((a, b) => a - b)[list.length >> 1] as number
  const farthest = (): number => {
    const [known, without, nobody] = [median(costs.known), median(costs.without), median(costs.nobody)]
    return Math.max(Math.abs(without - known), Math.abs(nobody - known)) / known
  }
  // In turn, so that a busy moment meets all three; on a machine where such moments are many it takes more rounds until medians settle.
  // What costs something else never comes near: a hash that is left out, or one of another cost, is off by a third and more.
  for (let n = 0; n < 7 || (n < 40 && farthest() >= APART_MAX); n++) {
    const kindsInTurn = Object.entries(kinds)
    for (const [kind, one] of n % 2 === 0 ? kindsInTurn : kindsInTurn.reverse()) {
      // CPU of this process, the threads that hash included: the machine has other work.
      const begin = process.cpuUsage()
      assert.equal(await isPassword(`wrong ${n}`, one), false)
      const { user, system } = process.cpuUsage(begin)
      costs[kind]?.push((user + system) / 1000)
    }
  }
  const told = Object.entries(costs).map(([kind, list]) => `${kind} ${median(list).toFixed(1)}`)
  t.diagnostic(`ms of CPU, medians of ${costs.known?.length}: ${told.join(', ')}; ${(farthest() * 100).toFixed(1)} % apart`)
  assert.ok(farthest() < APART_MAX, told.join(', '))
})
