import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { check } from '../check.ts'
import { command, query } from '../handles.ts'
import { MIGRATIONS, migrate } from '../migrate.ts'
import { openSqlite } from '../sqlite.ts'

const COUNT = (table: string) => query<{ n: number }>(`select count(*) n from ${table}`)

describe('The migration to workspaces of a database that holds something (SQLite)', () => {
  it('keeps every row, what refers to it, and the ids that were given out', async () => {
    const db = openSqlite(':memory:')
    await db.write(async (tx) => {
      await tx.run(command('create table millrace_migration (id integer primary key, name text not null, applied_ms integer not null)'))
      for (const { id, name, statements, seed } of MIGRATIONS.filter((one) => one.id < 16)) {
        for (const statement of statements(tx.dialect)) await tx.run(command(statement))
        await seed?.(tx)
        await tx.run(command('insert into millrace_migration values (?, ?, 0)'), id, name)
      }
      for (const statement of [
        "insert into experiment values (0, 'Default', 'mlflow-artifacts:/0', 1, 1, null), (7, 'fraud', 'mlflow-artifacts:/7', 1, 1, null)",
        "insert into experiment values (9, 'gone', 'mlflow-artifacts:/9', 1, 1, null)",
        "insert into experiment_tag values (7, 'team', 'risk')",
        "insert into run (run_id, experiment, name, user_id, status, start_ms) values ('a', 7, 'n', 'u', 1, 1), ('b', 0, 'n', 'u', 1, 1)",
        "insert into registered_model (id, name, is_prompt, created_ms, updated_ms, next_version) values (4, 'm', 0, 1, 1, 6)",
        "insert into registered_model_alias values (4, 'best', 5)",
        'delete from experiment where id = 9',
      ]) {
        await tx.run(command(statement))
      }
    })
    assert.deepEqual(
      (await migrate(db)).map(({ id }) => id),
      MIGRATIONS.filter((one) => one.id >= 16).map(({ id }) => id),
    )
    for (const [table, rows] of [
      ['experiment', 2],
      ['experiment_tag', 1],
      ['run', 2],
      ['registered_model', 1],
      ['registered_model_alias', 1],
    ] as const) {
      assert.equal((await db.reader.get(COUNT(table)))?.n, rows, table)
    }
    const at = query<{ id: number }>(
      "insert into experiment (name, artifact_location, created_ms, updated_ms) values ('next', '', 1, 1) returning id",
    )
    assert.equal((await db.write(async (tx) => tx.get(at)))?.id, 10, 'the id of an experiment that is gone is not given out again')
    assert.deepEqual(
      (await check(db.reader)).flatMap(({ problems }) => problems),
      [],
    )
    const orphan = command("insert into run (run_id, experiment, name, user_id, status, start_ms) values ('c', 555, 'n', 'u', 1, 1)")
    await assert.rejects(
      db.write((tx) => tx.run(orphan)),
      /FOREIGN KEY/,
      'references are looked at again',
    )
    const twice = command("insert into experiment (name, artifact_location, created_ms, updated_ms) values ('fraud', '', 1, 1)")
    await assert.rejects(
      db.write((tx) => tx.run(twice)),
      /UNIQUE/,
    )
    await db.close()
  })
})
