import type { Parity } from './parity.ts'

/** The page of what is served, from what was compared. */
export function writeMatrix(found: readonly Parity[], output: string): string {
  const held = found.filter(({ why, ulps }) => why === undefined && ulps <= 2)
  const rows = found.toSorted((a, b) => a.name.localeCompare(b.name)).map(rowOf)
  const not_logged = output.split('\n').filter((line) => line.startsWith('not logged: '))
  const without = not_logged.map((line) => `- ${line.slice('not logged: '.length)}`).join('\n')
  return `# What is served without Python, and how exactly

Written by \`conformance/serving/serving.test.ts\`, which logs each model with MLflow's own Python client, reads it here, and compares
what both predict for the same rows, 1,000 where the data has as many, and the probabilities where there are some. Held: the same class
for each row, and numbers at most two steps of float32 apart. ${held.length} of ${found.length} are held.

Columns of data: *numeric* has no missing values, *missing* has 8 %, *mixed* has text beside numbers, *codes* a column of categories by
number (told to be one, for XGBoost in models named *categories*), *categories* nothing else, *towns* three columns of categories (texts
of many and of few values, some never seen in training, and whole numbers) beside numbers, *positive* no number below zero, *texts* a
column of sentences. Models named *pickle-...* are read from pickles of that protocol, from cloudpickle or from joblib, with
\`--read-pickles\`. Targets: *binary* and *three* are classes by number, *words* by name, *species* what such a flower or digit is,
*number* and *count* are regressions. The difference is the greatest of all; steps are of float32, also where Python answers in float64.

*iris*, *digits* and *grid* (three whole numbers of 0 to 3) have many rows that are equally far from one another. Of those the nearest
neighbours are the ones that scikit-learn's search of the stored k-d tree or ball tree comes to first, and sums are taken in its order: no
bit differs, which the test asks for. What can't be had from the file is how a processor rounds and how many cores it has: with
\`algorithm='brute'\` and Euclid's distance Python compares products of matrices, exact for whole numbers only; of more than 256 training
rows each core keeps its own nearest first, and here there is one; with a power \`p\` beside 1, 2 and infinity a distance may differ in its
last bit; and whole numbers that stayed integers are chosen from by numpy's partition, which goes by the processor too. There, rows that are
equally near may be others than Python's.

Models named *onnx-...* are computed by ONNX Runtime 1.30.0 here as in Python, with one thread; each of their outputs is compared, from
converters of scikit-learn with classes in maps, or in *arrays*, and made by hand with weights in a file beside them (*network*) or over
tensors of four dimensions (*picture*).

CatBoost's models are in its own format (.cbm), as MLflow logs them; those named *-json* are as JSON, which CatBoost itself reads with the
last bit of a number wrong here and there. Not in the table: models with \`text_features\` or \`embedding_features\`, whose words and
neighbours are not counted here. They are refused when they are read, by a sentence that says so.

| model | data | target | rows | greatest difference | steps of float32 | held |
|---|---|---|---|---|---|---|
${rows.join('\n')}
${not_logged.length === 0 ? '' : `\nPython could not log these:\n\n${without}\n`}`
}

function rowOf({ name, data, target, rows, difference, ulps, why }: Parity): string {
  const label = name.replace(new RegExp(`-${target}-${data}$`), '')
  if (why !== undefined) return `| ${label} | ${data} | ${target} | ${rows} | | | no: ${why.replaceAll('|', '/').slice(0, 160)} |`
  const steps = ulps === 0 ? '0' : ulps < 0.001 ? '< 0.001' : String(Math.round(ulps * 1000) / 1000)
  const apart = difference === 0 ? '0' : difference.toExponential(1)
  return `| ${label} | ${data} | ${target} | ${rows} | ${apart} | ${steps} | ${ulps <= 2 ? 'yes' : 'no'} |`
}
