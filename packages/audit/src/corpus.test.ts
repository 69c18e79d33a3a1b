import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { AuditReport } from './audit-report.ts'
import type { Category } from './finding.ts'
import { RULES } from './rules.ts'
import { auditOf, REPOSITORIES } from './testing/answers.ts'
import { CLEAN } from './testing/clean.ts'
import { type LabelledRepository, precision, recall, type Score } from './testing/labelled.ts'
import { PIPELINE } from './testing/pipeline.ts'
import { SERVING_KIT } from './testing/serving-kit.ts'
import { SKILL } from './testing/skill.ts'

const reports = new Map<string, AuditReport>()

before(async () => {
  for (const repository of REPOSITORIES) reports.set(repository.name, await auditOf(repository))
})

const foundIn = ({ name }: LabelledRepository): string[] =>
  (reports.get(name)?.findings ?? []).map(({ rule, file, line }) => `${file}:${line} ${rule}`).sort()
const labelsOf = ({ labels }: LabelledRepository): string[] => labels.map(({ rule, file, line }) => `${file}:${line} ${rule}`).sort()

for (const repository of REPOSITORIES) {
  test(`${repository.name}: each label is found on its line, and nothing else`, () => {
    assert.deepEqual(foundIn(repository), labelsOf(repository))
  })
}

test('nothing is found in the clean repository', () => {
  assert.deepEqual(CLEAN.labels, [])
  const report = reports.get(CLEAN.name)
  assert.deepEqual([report?.risk, report?.verdict, report?.findings.length], ['SAFE', 'Pass', 0])
})

/** What the published audits name, one by one: the skill, the category, and a text of the line that must be found. */
const POINTS: readonly [audit: string, repository: LabelledRepository, category: Category, file: string, line: RegExp][] = [
  ['mlflow (MEDIUM): a plain password in a database URI', SKILL, 'CREDENTIALS_UNSAFE', 'SKILL.md', /backend-store-uri postgresql/],
  ['mlflow: pyfunc.load_model loads pickles', SKILL, 'REMOTE_CODE_EXECUTION', 'SKILL.md', /pyfunc\.load_model/],
  ['mlflow: servers and containers by shell', SKILL, 'COMMAND_EXECUTION', 'SKILL.md', /^docker run/],
  ['mlflow: git by subprocess', SKILL, 'COMMAND_EXECUTION', 'scripts/log_run.py', /rev-parse/],
  ['mlflow: uploads to SageMaker', SKILL, 'DATA_EXFILTRATION', 'references/deployment.md', /sagemaker/],
  ['mlflow: uploads to AzureML', SKILL, 'DATA_EXFILTRATION', 'references/deployment.md', /azureml\.deploy/],
  ['mlflow: uploads to S3', SKILL, 'DATA_EXFILTRATION', 'scripts/log_run.py', /upload_file/],
  ['mlflow: model URIs whose origin nobody checks', SKILL, 'MODEL_INTEGRITY', 'references/deployment.md', /models serve/],
  ['mlflow (SAFE, 5 tags): mlflow run of a git URL', SKILL, 'REMOTE_CODE_EXECUTION', 'references/deployment.md', /mlflow run/],
  ['mlflow: default credentials mlflow:mlflow', SKILL, 'CREDENTIALS_UNSAFE', 'references/deployment.md', /mlflow ui/],
  ['ml-model-explainer (CRITICAL): pickle.load', SKILL, 'REMOTE_CODE_EXECUTION', 'scripts/explain.py', /pickle\.load/],
  ['deploy-ml-model-serving (MEDIUM): shell=True', SERVING_KIT, 'COMMAND_EXECUTION', 'canary_rollout.py', /run\(line, shell=True, check/],
  ['deploy-ml-model-serving: f-string kubectl patch', SERVING_KIT, 'COMMAND_EXECUTION', 'canary_rollout.py', /kubectl patch/],
  ['deploy-ml-model-serving: load_model in BentoML', SERVING_KIT, 'REMOTE_CODE_EXECUTION', 'bento_service.py', /load_model/],
  ['deploy-ml-model-serving: load_model in Seldon', SERVING_KIT, 'REMOTE_CODE_EXECUTION', 'seldon_wrapper.py', /load_model/],
  ['deploy-ml-model-serving: metrics-server manifest', SERVING_KIT, 'EXTERNAL_DOWNLOADS', 'SKILL.md', /components\.yaml/],
  ['deploy-ml-model-serving: Seldon Helm chart', SERVING_KIT, 'EXTERNAL_DOWNLOADS', 'SKILL.md', /helm install/],
  ['deploy-ml-model-serving: untrusted JSON in predict', SERVING_KIT, 'MODEL_INTEGRITY', 'bento_service.py', /DataFrame/],
  ['deploy-ml-model-serving: untrusted JSON in predict_raw', SERVING_KIT, 'MODEL_INTEGRITY', 'seldon_wrapper.py', /DataFrame/],
  ['deploy-ml-model-serving: no boundary for it', SERVING_KIT, 'PROMPT_INJECTION', 'SKILL.md', /^---/],
  ['model-deployment (SAFE, 5 tags): Grafana admin', SERVING_KIT, 'CREDENTIALS_UNSAFE', 'docker-compose.yml', /GF_SECURITY_ADMIN/],
  ['model-deployment: base images', SERVING_KIT, 'EXTERNAL_DOWNLOADS', 'Dockerfile', /^FROM/],
  ['model-deployment: docker and kubectl', PIPELINE, 'COMMAND_EXECUTION', 'SKILL.md', /^docker build/],
  ['mlops-deployment (MEDIUM): joblib.load of a path in the environment', PIPELINE, 'REMOTE_CODE_EXECUTION', 'serve.py', /joblib\.load/],
  ['mlops-deployment: packages without a version', PIPELINE, 'EXTERNAL_DOWNLOADS', 'SKILL.md', /pip install/],
  ['mlops-deployment: CORS *', PIPELINE, 'DATA_EXPOSURE', 'serve.py', /allow_origins/],
  ['orchestrate-ml-pipeline (SAFE, 5 tags): sends to Slack', PIPELINE, 'DATA_EXFILTRATION', 'train.py', /requests\.post\(SLACK/],
  ['orchestrate-ml-pipeline: sends to MLflow', PIPELINE, 'DATA_EXPOSURE', 'train.py', /set_tracking_uri/],
  ['orchestrate-ml-pipeline: CSV as a way in', PIPELINE, 'PROMPT_INJECTION', 'SKILL.md', /^---/],
  ['an MLOps pipeline: a stage is set by itself', PIPELINE, 'UNREVIEWED_PROMOTION', 'promote.py', /transition_model_version_stage\($/],
]

for (const [point, repository, category, file, pattern] of POINTS) {
  test(`what a published audit names is found: ${point}`, () => {
    const lines = (repository.files[file] ?? '').split('\n').flatMap((line, at) => (pattern.test(line) ? [at + 1] : []))
    assert.ok(lines.length > 0, `${pattern} names a line of ${file}`)
    const there = (reports.get(repository.name)?.findings ?? []).filter((one) => one.file === file && one.line === lines[0])
    assert.ok(
      there.some((one) => one.category === category),
      `${file}:${lines[0]} has ${there.map((one) => one.category).join(', ') || 'no finding'}`,
    )
  })
}

test('PROMPT_INJECTION names ways in, marks, what can be done, and what cleans, by file and line', () => {
  const surface = reports.get(PIPELINE.name)?.findings.find(({ rule }) => rule === 'prompt/surface')?.surface
  const line = (PIPELINE.files['train.py'] ?? '').split('\n').findIndex((one) => one.includes('read_csv')) + 1
  assert.ok(surface?.ingestion_points.includes(`train.py:${line}`))
  assert.deepEqual(surface?.boundary_markers, [])
  assert.ok((surface?.capability_inventory.length ?? 0) > 3)
})

test('precision and recall of each rule on the corpus', () => {
  const scores = new Map<string, Score>()
  const score = (rule: string): Score => {
    const one = scores.get(rule) ?? { rule, right: 0, wrong: 0, missed: 0 }
    scores.set(rule, one)
    return one
  }
  for (const repository of REPOSITORIES) {
    const [labels, found] = [new Set(labelsOf(repository)), new Set(foundIn(repository))]
    for (const one of found) score(one.split(' ')[1] ?? '')[labels.has(one) ? 'right' : 'wrong']++
    for (const one of labels) if (!found.has(one)) score(one.split(' ')[1] ?? '').missed++
  }
  const sorted = [...scores.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1))
  for (const one of sorted) {
    const figures = `${one.right} right, ${one.wrong} wrong, ${one.missed} missed`
    console.log(`${one.rule.padEnd(28)} precision ${precision(one).toFixed(2)} recall ${recall(one).toFixed(2)} (${figures})`)
  }
  const known = new Set(RULES.map(({ id }) => id))
  const unlabelled = [...known].filter((id) => !scores.has(id))
  console.log(`${sorted.length} rules have labels; by their own examples alone are tested: ${unlabelled.join(', ')}`)
  for (const one of sorted) assert.deepEqual([precision(one), recall(one)], [1, 1], one.rule)
  assert.ok(sorted.length >= 50, `${sorted.length} rules have labels`)
})
