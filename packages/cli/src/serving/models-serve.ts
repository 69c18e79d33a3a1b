import type { SandboxRules } from '@millrace/runtime'
import { ConfigProblem, type Given, type Option } from '@millrace/server/config'
import { type Command, EXIT } from '../command.ts'
import { textOf } from '../signing/key-options.ts'
import { trackingOption } from '../signing/tracking-option.ts'
import { onStop } from '../stop.ts'
import { version } from '../version.ts'
import { modelOption, picklesOption, refusalOf, registryClient, trustIn, trustOptions, urisIn } from './model-options.ts'
import { watchingIn, watchingOptions } from './watching-options.ts'
import { expectRequests } from './young-objects.ts'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Serving' })

const options: readonly Option[] = [
  modelOption,
  picklesOption,
  own({ flag: 'port', short: 'p', value: '<port>', fallback: '5001', about: 'The port' }),
  own({ flag: 'host', short: 'h', value: '<address>', fallback: '127.0.0.1', about: 'The address to listen on' }),
  own({ flag: 'poll-seconds', value: '<seconds>', fallback: '5', about: 'How often aliases are looked up, and what later scans say' }),
  own({ flag: 'body-max-mib', value: '<n>', fallback: '16', about: 'The largest body of a request' }),
  own({ flag: 'rows-max', value: '<n>', fallback: '50000', about: 'The most rows of a request' }),
  own({
    flag: 'without-token',
    about: 'Listen on other addresses than this machine’s own and let everybody in who can reach them',
  }),
  {
    flag: 'sandbox',
    value: '<python>',
    about:
      'Run models that are code in MLflow’s own server, shut in by bubblewrap, with this Python, which has mlflow and what they ' +
      'need; only versions that are signed and approved (--trust)',
    group: 'Models that are code',
  },
  {
    flag: 'sandbox-memory-mib',
    value: '<n>',
    fallback: '2048',
    about: 'The most memory that such a process may write to',
    group: 'Models that are code',
  },
  ...trustOptions,
  ...watchingOptions,
  trackingOption,
]

/** `millrace models serve` */
export const modelsServe: Command = {
  name: 'models serve',
  about: 'Answer predictions of logged models, without Python and without executing anything they contain',
  options,
  details:
    'Takes what MLflow’s flavors write as data: scikit-learn in skops, XGBoost, LightGBM, CatBoost, and ONNX where ' +
    'onnxruntime-node@1.30.0 is installed or MILLRACE_ONNXRUNTIME names its folder. A model is fetched, its files are held ' +
    'against the digests on record and the signatures that are asked for, scanned, read, and tried with the example that it was ' +
    'logged with; the first step that does not hold refuses it and says why. It answers MLflow’s /invocations, the Open Inference ' +
    'Protocol (/v2), KServe’s /v1 and Seldon’s /api/v1.0/predictions, and /metrics. An alias is followed: when it moves, the new ' +
    'version is loaded beside the old one and takes its place, at once or in the steps of millrace rollout. On other addresses ' +
    'than 127.0.0.1 clients send the token of the variable MILLRACE_SERVE_TOKEN.',
  examples: [
    ['millrace models serve -m ./model', 'a folder, on http://127.0.0.1:5001/invocations'],
    ['millrace models serve -m models:/churn@champion --tracking-uri http://127.0.0.1:5000', 'what the alias names, also after it moves'],
    ['millrace models serve -m models:/churn/3,models:/fraud@champion', 'several; the first answers /invocations'],
    [
      'millrace models serve -m models:/churn/3 --sandbox /opt/churn/bin/python --trust trust.json',
      'a model that is code, signed and approved, shut in',
    ],
    ['millrace models serve -m ./model --profile millrace-profile.json --refuse-outside', 'held to what the training data was like'],
    ['MILLRACE_SERVE_TOKEN=... millrace models serve -m models:/churn/3 --host 0.0.0.0', 'for others, who send the token'],
  ],
  async run({ given, env }) {
    const uris = urisIn(given, 'models serve')
    const host = textOf(given, 'host') ?? '127.0.0.1'
    const token = env.MILLRACE_SERVE_TOKEN || undefined
    if (!isLoopback(host) && token === undefined && given['without-token'] !== true) {
      throw new ConfigProblem(
        `On ${host} others can reach the models: set MILLRACE_SERVE_TOKEN to what they shall send, or give --without-token.`,
      )
    }
    const { startServing } = await import('@millrace/runtime')
    expectRequests()
    const say = (line: string): void => void process.stderr.write(`${line}\n`)
    const running = await startServing({
      uris,
      client: registryClient(uris, given, env),
      trust: await trustIn(given, env),
      watching: await watchingIn(given, env, say),
      host,
      port: whole(given, 'port', 5001, 0, 65535),
      token,
      any_host: !isLoopback(host),
      poll_ms: whole(given, 'poll-seconds', 5, 1, 86400) * 1000,
      limits: {
        body_max_bytes: whole(given, 'body-max-mib', 16, 1, 1024) * 1024 * 1024,
        rows_max: whole(given, 'rows-max', 50_000, 1, 10_000_000),
      },
      version,
      reads_pickles: given['read-pickles'] === true,
      sandbox: sandboxIn(given),
      onFailure: (error) => say(`A model failed: ${(error as Error).stack ?? error}`),
      onSwitch: (before, after) => say(`${after.name}: version ${after.version} serves now, in place of ${before.version}.`),
      onRollout: say,
      onQuarantine: say,
      onRefusal: (error) => say(`An alias is not followed, what serves stays: ${(error as Error).message}`),
    }).catch((error) => Promise.reject(refusalOf(error)))
    onStop({
      gently: async () => {
        await running.close()
        process.exit(EXIT.fine)
      },
    })
    const models = running.models.all.map(({ name, version: number, backend }) => `  ${name} ${number}: ${backend.kind}\n`)
    process.stdout.write(`Millrace serves predictions on ${running.url}\n${models.join('')}`)
    return undefined
  },
}

/** Where models that are code may run; nowhere unless somebody asks for it. */
function sandboxIn(given: Given): SandboxRules | undefined {
  const python = textOf(given, 'sandbox')
  const memory_max_bytes = whole(given, 'sandbox-memory-mib', 2048, 64, 1_048_576) * 1024 * 1024
  return python === undefined ? undefined : { python, memory_max_bytes, run_max_ms: SANDBOX_RUN_MS }
}

const SANDBOX_RUN_MS = 60_000

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host)

function whole(given: Given, flag: string, otherwise: number, least: number, most: number): number {
  const text = textOf(given, flag)
  if (text === undefined) return otherwise
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && number <= most) return number
  throw new ConfigProblem(`--${flag} takes a whole number from ${least} to ${most}, not "${text}".`)
}
