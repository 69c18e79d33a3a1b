// Writes entries to an audit log, fifty a commit, and tells how many are durable: for a test that kills it.
import { parseLocation } from '../db/location.ts'
import { openDatabase } from '../db/open.ts'
import { AuditLog } from '../events/audit/index.ts'
import { silent } from '../http/log.ts'
import { holdKeys, keysInFile } from '../secrets/index.ts'

const IN_A_COMMIT = 50
const [key_file = '', from = '0', to = '0'] = process.argv.slice(2)
const db = await openDatabase(parseLocation(process.env.AUDIT_WRITER_URI ?? '', {}))
holdKeys(db.reader, keysInFile(key_file))
const audit = new AuditLog(db, silent)
audit.start()

for (let first = Number(from); first < Number(to); first += IN_A_COMMIT) {
  const end = Math.min(first + IN_A_COMMIT, Number(to))
  await db.write(async (tx) => {
    for (let n = first; n < end; n++) {
      await audit.record(tx, {
        at_ms: Date.now(),
        action: 'test',
        outcome: 'done',
        who: { name: 'ann', id: 3, address: '192.0.2.1' },
        // All as long: a shorter one and the first digit of its hash would read as another.
        on: { kind: 'run', id: `thing-${String(n).padStart(6, '0')}` },
      })
    }
  })
  process.stdout.write(`${end}\n`)
}
await audit.stop()
await db.close()
