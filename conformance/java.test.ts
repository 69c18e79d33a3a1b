import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { javaWithMlflow } from './java.ts'
import { pythonWithMlflow } from './python.ts'
import { startMillrace } from './server.ts'

test("MLflow's Java client writes runs and artifacts, and reads them back", { timeout: 900_000 }, async () => {
  const classPath = javaWithMlflow()
  // The Java client moves artifacts by MLflow's command line, which it finds in the path.
  const python = pythonWithMlflow()
  const server = await startMillrace()
  try {
    const folder = join(server.dir, 'from-java')
    mkdirSync(folder)
    const env = {
      ...process.env,
      PATH: `${dirname(python)}${delimiter}${process.env.PATH}`,
      MLFLOW_PYTHON_EXECUTABLE: python,
      MLFLOW_TRACKING_URI: server.url,
    }
    const args = ['-Dfile.encoding=UTF-8', '-cp', classPath, 'TrackJava', folder]
    const { stdout } = await promisify(execFile)('java', args, { env, cwd: server.dir })
    assert.match(stdout, /all well/)
  } finally {
    assert.equal(await server.stop(), 0)
  }
})
