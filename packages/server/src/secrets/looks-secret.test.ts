import assert from 'node:assert/strict'
import { test } from 'node:test'
import { looksSecret } from './index.ts'

const letters = (n: number): string => 'aB3dE6gH9j'.repeat(7).slice(0, n)
const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'dozjgNryP4J3jVmNHl0w5N'].join('.')

const SECRET: readonly (readonly [key: string, value: string])[] = [
  ['note', `AKIA${'ABCDEFGH23456789'}`],
  ['x', `the key is ASIA${'ABCDEFGH23456789'} here`],
  ['x', `ghp_${letters(36)}`],
  ['x', `github_pat_${letters(30)}`],
  ['x', `hf_${letters(34)}`],
  ['x', `sk-${letters(40)}`],
  ['x', `sk-proj-${letters(40)}`],
  ['x', `sk_live_${letters(24)}`],
  ['x', `xoxb-${'123456789012'}-${letters(20)}`],
  ['x', `dapi${'0123456789abcdef'.repeat(2)}`],
  ['x', `glpat-${letters(20)}`],
  ['x', `npm_${letters(36)}`],
  ['x', `mlr_${letters(38)}`],
  ['x', `AIza${letters(35)}`],
  ['x', jwt],
  ['header', `Authorization: Bearer ${letters(24)}`],
  ['db', 'postgresql://bob:hunter2@db.example/ml'],
  ['x', `DefaultEndpointsProtocol=https;AccountKey=${letters(60)}==`],
  ['x', '-----BEGIN RSA PRIVATE KEY-----\nMIIE'],
  ['x', '-----BEGIN PRIVATE KEY-----'],
  ['db_password', 'hunter2'],
  ['dbPassword', 'correct horse'],
  ['password', '12345678'],
  ['OPENAI_API_KEY', 'a-key-of-mine'],
  ['client.secret', 'f00dfeedbeef'],
  ['aws_secret_access_key', 'wJalrXUtnFEMI'],
  ['refresh_token', 'abcdefghij'],
  ['wandb-token', letters(24)],
]

const PLAIN: readonly (readonly [key: string, value: string])[] = [
  ['learning_rate', '0.001'],
  ['max_tokens', '4096'],
  ['token', '128'],
  ['eos_token', '<|endoftext|>'],
  ['pad_token', '[PAD]'],
  ['bos_token', 'beginning-of-sentence'],
  ['tokenizer', 'bert-base-uncased-2024-v1'],
  ['mlflow.trace.tokenUsage', '{"input_tokens": 12, "output_tokens": 40}'],
  ['api_key_file', '/run/secrets/api-key'],
  ['password', 'None'],
  ['password', ''],
  ['password', '$DB_PASSWORD'],
  ['db_password', '********'],
  ['api_key', 'env:OPENAI_API_KEY'],
  ['api_key', '<your-key-here>'],
  ['secret', 'false'],
  ['secret_key', '/run/secrets/key'],
  ['sort_key', 'accuracy-of-the-model'],
  ['primary_key', 'customer_identifier'],
  ['model', 'sk-learn-random-forest-classifier-2024'],
  ['mlflow.source.git.repoURL', 'https://github.com/org/repo.git'],
  ['x', 'https://user@host.example/path'],
  ['x', 'postgresql://bob:***@db.example/ml'],
  ['x', 'postgresql://bob:<password>@db.example/ml'],
  ['x', 's3://bucket/a:b/c@d'],
  ['mlflow.source.git.commit', '0123456789abcdef0123456789abcdef01234567'],
  ['run', 'disk-usage-of-the-whole-cluster-2024'],
  ['text', 'the risk-averse strategy of 2024 has a token budget'],
  ['features', '["password_length", "has_secret"]'],
]

test('credentials are seen by their form, or by what their key says of them', () => {
  for (const [key, value] of SECRET) assert.equal(looksSecret(key, value), true, `${key}=${value}`)
})

test('what machine learning calls tokens and keys, and what stands in a secret’s place, is plain', () => {
  for (const [key, value] of PLAIN) assert.equal(looksSecret(key, value), false, `${key}=${value}`)
})

test('a hostile value costs no more than its length', () => {
  for (const piece of ['eyJaaaaaaaa.', 'sk-a-', 'a://b:', 'a.', '-----BEGIN A', 'xoxb-', '://:', ':@']) {
    const value = piece.repeat(Math.ceil(65_535 / piece.length))
    const begin = process.cpuUsage()
    looksSecret('key', value)
    const { user } = process.cpuUsage(begin)
    assert.ok(user < 1_000_000, `${piece}: ${user / 1000} ms`)
  }
})
