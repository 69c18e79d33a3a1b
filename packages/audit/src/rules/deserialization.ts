import { anyOf } from '../syntax/any-of.ts'
import { fixedText } from '../syntax/facts.ts'
import { isOwn, isPinned } from './model-uris.ts'
import { argumentAt, byLanguage, callsWhere, commandsWhere, isProgram, isTrue, linesLike, named } from './places.ts'
import { javascript, python, type Rule, shell, yaml } from './rule.ts'

const PICKLE = anyOf(
  '',
  /^(?:c?[pP]ickle|_pickle|dill|cloudpickle|pickle5|marshal)\.(?:loads?|Unpickler)$/,
  /^(?:(?:pandas|pd)\.read_pickle|shelve\.open|jsonpickle\.decode)$/,
)
const FLAVOURS = /^mlflow\.(?:(?:\w+\.)+)load_model$|^mlflow\.load_model$/

const RUNS = 'Loading it runs whatever its author put into it, with the rights of the program that loads it.'
const NO_PICKLE =
  'Keep models in formats that hold data only (ONNX, safetensors, skops with reviewed types), or check signature and scan first.'

/** Files that run something when they are read. */
export const DESERIALIZATION: readonly Rule[] = [
  {
    id: 'rce/pickle-load',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'high',
    confidence: 'high',
    cwe: 502,
    title: 'A pickle is loaded',
    why: 'Pickle is a program for a small machine that can call any function of Python.',
    means: RUNS,
    recommendation: NO_PICKLE,
    languages: ['python'],
    hints: ['ickle', 'dill', 'marshal', 'shelve'],
    find: callsWhere(({ name, args }) => PICKLE.test(name) && !/^[\w.]+\.dumps\(/.test(args[0]?.text ?? '')),
    bad: [
      python('import pickle\nwith open(path, "rb") as f:\n    model = pickle.load(f)', 3),
      python('from dill import loads as thaw\nthaw(blob)', 2),
      python('import pandas as pd\nframe = pd.read_pickle("frame.pkl")', 2),
    ],
    good: [
      python('import pickle\npickle.dump(model, f)'),
      python('import json\njson.load(f)'),
      python('import cloudpickle\ncopy = cloudpickle.loads(cloudpickle.dumps(service))'),
    ],
  },
  {
    id: 'rce/joblib-load',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'high',
    confidence: 'high',
    cwe: 502,
    title: 'A joblib file is loaded',
    why: 'A joblib file is a pickle with arrays beside it.',
    means: RUNS,
    recommendation: NO_PICKLE,
    languages: ['python'],
    hints: ['joblib'],
    find: callsWhere(({ name }) => /(?:^|\.)joblib\.load$/.test(name)),
    bad: [
      python('import joblib\nmodel = joblib.load(os.environ["MODEL_PATH"])', 2),
      python('from joblib import load\nload("m.joblib")', 2),
    ],
    good: [python('import joblib\njoblib.dump(model, "m.joblib")')],
  },
  {
    id: 'rce/torch-load',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'high',
    confidence: 'medium',
    cwe: 502,
    title: 'torch.load without weights_only=True',
    why: 'A checkpoint of PyTorch is a zip with a pickle in it; before PyTorch 2.6 everything in it is run.',
    means: RUNS,
    recommendation: 'Say weights_only=True, or load safetensors.',
    languages: ['python'],
    hints: ['torch'],
    find: callsWhere((call) => call.name === 'torch.load' && call.args.length > 0 && !isTrue(call, 'weights_only')),
    bad: [
      python('import torch\nstate = torch.load("m.pt", weights_only=False)', 2),
      python('import torch as t\nt.load(path)', 2),
      python('from .common import torch\ntorch.load(path)', 2),
    ],
    good: [python('import torch\nstate = torch.load("m.pt", weights_only=True)'), python('import torch\nstate = torch.load()')],
  },
  {
    id: 'rce/numpy-pickle',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'high',
    confidence: 'high',
    cwe: 502,
    title: 'numpy.load with allow_pickle=True',
    why: 'An array of objects is kept as a pickle.',
    means: RUNS,
    recommendation: 'Leave allow_pickle away, and keep arrays of numbers.',
    languages: ['python'],
    hints: ['allow_pickle'],
    find: callsWhere((call) => /^(?:numpy|np)\.(?:load|lib\.format\.read_array)$/.test(call.name) && isTrue(call, 'allow_pickle')),
    bad: [python('import numpy as np\nrows = np.load("a.npy", allow_pickle=True)', 2)],
    good: [python('import numpy as np\nrows = np.load("a.npy")'), python('np.load("a.npy", allow_pickle=False)')],
  },
  {
    id: 'rce/yaml-load',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'high',
    confidence: 'high',
    cwe: 502,
    title: 'YAML is read with a loader that makes objects',
    why: 'Tags such as !!python/object/apply make the loader call functions.',
    means: RUNS,
    recommendation: 'Use yaml.safe_load.',
    languages: ['python'],
    hints: ['yaml'],
    find: callsWhere((call, { facts }) => {
      if (/^yaml\.(?:unsafe_load|unsafe_load_all)$/.test(call.name)) return true
      // ruamel.yaml's reader is often called yaml; it is safe where it is asked to be.
      if (facts.assignments.some(({ names }) => names.includes('yaml'))) return false
      const loader = named(call, 'Loader') ?? argumentAt(call, 1)
      return /^yaml\.load(?:_all)?$/.test(call.name) && !/Safe|BaseLoader/.test(loader?.text ?? '')
    }),
    bad: [python('import yaml\nyaml.load(text, Loader=yaml.Loader)', 2), python('yaml.unsafe_load(text)')],
    good: [
      python('import yaml\nyaml.load(text, Loader=yaml.CSafeLoader)'),
      python('yaml.safe_load(text)'),
      python('yaml = YAML(typ="safe")\nyaml.load(text)'),
    ],
  },
  {
    id: 'rce/load-model',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'high',
    confidence: 'medium',
    cwe: 502,
    title: 'An MLflow model is loaded by a name that can come to mean something else',
    why: 'MLflow’s flavours load pickles and the code that comes with a model, and this URI names no fixed version.',
    means: 'Who may register a version, move a stage or write to the artifact store runs code where the model is loaded.',
    recommendation:
      'Name a version (models:/name/7) whose digest and signature were checked, and set MLFLOW_ALLOW_PICKLE_DESERIALIZATION=false.',
    languages: ['python'],
    hints: ['load_model'],
    find: callsWhere((call, { facts }) => {
      if (!FLAVOURS.test(call.name)) return false
      const uri = argumentAt(call, 0, 'model_uri')
      if (!uri || isOwn(uri, call, facts)) return false
      return !isPinned(uri, call, facts)
    }),
    bad: [
      python('import mlflow\nmodel = mlflow.pyfunc.load_model("models:/churn/Production")', 2),
      python('import mlflow.sklearn\nmodel = mlflow.sklearn.load_model(f"runs:/{run_id}/model")', 2),
      python('from mlflow import pyfunc\npyfunc.load_model(os.environ["MODEL_URI"])', 2),
    ],
    good: [
      python('import mlflow\nmodel = mlflow.pyfunc.load_model("models:/churn/7")'),
      python('import mlflow\nuri = "models:/churn/7"\nmodel = mlflow.pyfunc.load_model(uri)'),
      python('import mlflow\nmodel = mlflow.pyfunc.load_model(f"models:/{name}/{version}")'),
      python('import mlflow\nagain = mlflow.pyfunc.load_model(model_info.model_uri)'),
      python(
        'import mlflow\nmlflow.paddle.log_model(m, name="model")\npath = mlflow.get_artifact_uri("model")\nmlflow.paddle.load_model(path)',
      ),
      python('import mlflow\npath = "/srv/m"\nmlflow.sklearn.save_model(m, path)\nmlflow.pyfunc.load_model("/srv/m")'),
      python('import mlflow\nmlflow.onnx.save_model(m, FOLDER / name)\nmlflow.pyfunc.load_model(str(FOLDER / name))'),
      python('import mlflow\ndef load_context(self, context):\n    self.model = mlflow.sklearn.load_model(context.artifacts["inner"])'),
      python(
        'import mlflow\ndef _load_pyfunc(path):\n    inner = os.path.join(path, "inner")\n    return mlflow.sklearn.load_model(inner)',
      ),
      python('from keras.models import load_model\nload_model(p)'),
    ],
  },
  {
    id: 'rce/keras-unsafe',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'high',
    confidence: 'high',
    cwe: 502,
    title: 'Keras is told to run code of a model',
    why: 'safe_mode=False and enable_unsafe_deserialization let Lambda layers run their bytecode.',
    means: RUNS,
    recommendation: 'Leave safe mode on, and write layers as code of your own.',
    languages: ['python'],
    hints: ['safe_mode', 'enable_unsafe_deserialization'],
    find: callsWhere((call) => named(call, 'safe_mode')?.text === 'False' || /(?:^|\.)enable_unsafe_deserialization$/.test(call.name)),
    bad: [python('model = keras.models.load_model(path, safe_mode=False)')],
    good: [python('model = keras.models.load_model(path, safe_mode=True)')],
  },
  {
    id: 'rce/trust-remote-code',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'high',
    confidence: 'high',
    cwe: 494,
    title: 'Code of a model’s publisher is downloaded and run',
    why: 'trust_remote_code=True runs Python from the repository that the model comes from.',
    means: 'Who can push to that repository runs code here, today or later.',
    recommendation: 'Leave it away, or name a revision by its commit after reading the code.',
    languages: ['python', 'shell', 'dockerfile', 'yaml'],
    hints: ['trust_remote_code', 'trust-remote-code'],
    find: byLanguage({
      python: callsWhere((call) => isTrue(call, 'trust_remote_code')),
      shell: commandsWhere((words) => words.includes('--trust-remote-code')),
      dockerfile: commandsWhere((words) => words.includes('--trust-remote-code')),
      yaml: linesLike(/--trust-remote-code|^\s*trust_remote_code:\s*true/i),
    }),
    bad: [
      python('AutoModel.from_pretrained(name, trust_remote_code=True)'),
      shell('vllm serve some/model --trust-remote-code'),
      yaml('trust_remote_code: true'),
    ],
    good: [python('AutoModel.from_pretrained(name, trust_remote_code=False)'), shell('vllm serve some/model')],
  },
  {
    id: 'rce/eval',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'high',
    confidence: 'medium',
    cwe: 95,
    title: 'Text is run as a program',
    why: 'eval and exec run what is in the text, and the text is not fixed.',
    means: 'Whoever can change the text runs code.',
    recommendation: 'Read data with json.loads or ast.literal_eval, and choose functions from a table of names.',
    languages: ['python', 'javascript'],
    hints: ['eval', 'exec', 'Function('],
    find: byLanguage({
      python: callsWhere(
        (call, { facts }) =>
          /^(?:builtins\.)?(?:eval|exec)$/.test(call.name) &&
          call.args[0]?.constant === false &&
          fixedText(call.args[0], call, facts) === undefined &&
          !facts.functions.some(({ name }) => name === call.name),
      ),
      javascript: callsWhere(
        (call, { facts }) =>
          /^(?:(?:globalThis|window)\.)?eval$|^new (?:globalThis\.)?Function$/.test(call.name) &&
          fixedText(call.args.at(-1), call, facts) === undefined &&
          call.args.length > 0,
      ),
    }),
    bad: [python('result = eval(request.args["q"])'), javascript('const f = new Function(body)')],
    good: [
      python('exec("import math")'),
      python('def eval(config):\n    pass\neval(defaults)'),
      python('model.eval()'),
      python('frame.eval("a + b")'),
      javascript('page.eval(body)'),
    ],
  },
  {
    id: 'rce/mlflow-run',
    category: 'REMOTE_CODE_EXECUTION',
    severity: 'high',
    confidence: 'high',
    cwe: 494,
    title: 'A project is run from an address',
    why: 'mlflow run clones a repository, installs what it asks for, and runs its entry points.',
    means: 'Who can push to that repository, or answers at the address, runs code here.',
    recommendation: 'Clone, review, and run a commit that is named (--version with a full hash).',
    languages: ['python', 'shell', 'dockerfile'],
    hints: ['mlflow'],
    find: byLanguage({
      python: callsWhere(
        (call) => /^mlflow\.(?:projects\.)?run$/.test(call.name) && /^(?:https?|git|ssh)[:@]/.test(argumentAt(call, 0, 'uri')?.value ?? ''),
      ),
      shell: commandsWhere(runsProject),
      dockerfile: commandsWhere(runsProject),
    }),
    bad: [
      shell('mlflow run https://git.example/ml/project.git -P alpha=0.5'),
      python('import mlflow\nmlflow.run("https://git.example/p")', 2),
    ],
    good: [
      shell('mlflow run . -P alpha=0.5'),
      shell('mlflow run https://git.example/p --version 0123456789abcdef0123456789abcdef01234567'),
    ],
  },
]

function runsProject(words: readonly string[]): boolean {
  return (
    isProgram(words, 'mlflow') &&
    words[1] === 'run' &&
    words.some((word) => /^(?:https?:|git@|ssh:)/.test(word)) &&
    !words.some((word) => /^[0-9a-f]{40}$/.test(word))
  )
}
