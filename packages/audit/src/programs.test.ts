import assert from 'node:assert/strict'
import { test } from 'node:test'
import { split } from './split.ts'

const LOAD = "joblib.load('m.joblib')"

/** The lines of a file that Python programs in it have a load on. */
const loads = (file: string, lines: readonly string[]): number[] =>
  split({ file, text: lines.join('\n'), context: 'code' })
    .filter(({ language }) => language === 'python')
    .flatMap((unit) => unit.lines.flatMap((line, at) => (line.startsWith(LOAD) ? [unit.lineInFile(at + 1)] : [])))

test('Python that a script hands to Python is read where it stands: by -c, on one line or several, and from the script itself', () => {
  assert.deepEqual(loads('a.sh', ['set -e', 'python -c "', 'import joblib', LOAD, '"']), [4])
  assert.deepEqual(loads('a.sh', ["python3 - <<'PY'", 'import joblib', LOAD, 'PY', 'echo done']), [3])
  assert.deepEqual(loads('a.sh', ['python3.12 -u -c "joblib.load(\'m.joblib\')" | tee log']), [1])
  assert.deepEqual(loads('ci.yaml', ['steps:', '  - run: |', '      python - <<EOF', `      ${LOAD}`, '      EOF']), [4])
  assert.deepEqual(loads('a.md', ['```bash', 'python -c "', LOAD, '"', '```']), [3])
})

test('what is no program, or never ends, is left', () => {
  assert.deepEqual(loads('a.sh', [`# python -c "${LOAD}"`, 'cat <<EOF', LOAD, 'EOF']), [])
  assert.deepEqual(loads('a.sh', ['python - <<PY', LOAD]), [])
})
