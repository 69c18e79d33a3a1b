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

test('a program of very many lines, and lines that are very long, are read in a moment', () => {
  assert.deepEqual(loads('a.sh', ['python - <<EOF', ...Array(200_000).fill('  x'), `  ${LOAD}`, 'EOF']), [200_002])
  for (const part of ['python ', 'python -c "x ', "python -c 'x ", 'python <<( ']) {
    const begin = performance.now()
    assert.deepEqual(loads('a.sh', [part.repeat(100_000)]), [])
    assert.ok(performance.now() - begin < 20_000, part)
  }
  assert.deepEqual(loads('a.sh', [`python${' -a'.repeat(200_000)}`]), [])
})

test('a mark belongs to the command before it, and a quote to its own kind', () => {
  assert.deepEqual(loads('a.sh', ['python a.py; cat <<EOF', LOAD, 'EOF']), [])
  assert.deepEqual(loads('a.sh', ['cat <<A; python <<EOF', LOAD, 'EOF']), [2])
  assert.deepEqual(loads('a.sh', ['python <<<EOF', LOAD, 'EOF']), [])
  const text = `python -c "x'; python -c 'import os'`
  const programs = split({ file: 'a.sh', text, context: 'code' }).filter(({ language }) => language === 'python')
  assert.deepEqual(
    programs.map((one) => one.text),
    ['import os'],
  )
})
