// Names that models depend on, and that others have tried to look like.
const KNOWN = (
  'mlflow numpy pandas scipy scikit-learn xgboost lightgbm catboost tensorflow torch torchvision torchaudio keras transformers ' +
  'tokenizers ' +
  'requests urllib3 cloudpickle pyyaml setuptools matplotlib seaborn statsmodels sqlalchemy fastapi uvicorn pydantic boto3 botocore ' +
  'cryptography pillow opencv-python beautifulsoup4 jinja2 werkzeug protobuf grpcio onnx onnxruntime safetensors datasets accelerate ' +
  'huggingface-hub sentencepiece langchain openai anthropic psutil joblib cython pyarrow polars spacy gensim prophet flask django ' +
  'click python-dateutil pytorch-lightning skops shap optuna diffusers sentence-transformers'
).split(' ')
const NAMES = new Set(KNOWN)
// Real packages that happen to be a letter away from one above.
const REAL = new Set([
  'flax',
  'tensorboard',
  'torchx',
  'shapely',
  'clicks',
  'panda',
  'sklearn',
  'scikitlearn',
  'jinja',
  'xgboost-cpu',
  'dask',
  'flask2',
])
const LENGTH_MIN = 5

/** The well-known package that a name is one edit away from; undefined when it is one itself, or far from all. */
export function lookalike(written: string): string | undefined {
  const name = written.toLowerCase().replace(/[._]+/g, '-')
  if (NAMES.has(name) || REAL.has(name) || name.length < LENGTH_MIN) return undefined
  return KNOWN.find((known) => known.length >= LENGTH_MIN && isOneEditAway(name, known))
}

/** One letter put in, left out, changed, or two of them swapped. */
function isOneEditAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const rest_a = a.slice(start, a.length - end)
  const rest_b = b.slice(start, b.length - end)
  if (rest_a.length <= 1 && rest_b.length <= 1) return true
  return rest_a.length === 2 && rest_b.length === 2 && rest_a[0] === rest_b[1] && rest_a[1] === rest_b[0]
}
