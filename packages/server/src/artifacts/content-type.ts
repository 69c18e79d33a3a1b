import type { Segments } from './path.ts'

/** What MLflow's page shows as text, by extension or, for files without one, by name. */
const TEXT = new Set(
  (
    'txt log err cfg conf cnf cf ini properties prop hocon toml yaml yml xml json js py py3 csv tsv md rst ipynb ' + 'MLmodel mlproject'
  ).split(' '),
)

/** By extension, as Python's `mimetypes` knows them; whatever else comes is bytes. */
const TYPES = new Map([
  ['apng', 'image/apng'],
  ['avi', 'video/x-msvideo'],
  ['avif', 'image/avif'],
  ['bmp', 'image/bmp'],
  ['css', 'text/css'],
  ['gif', 'image/gif'],
  ['h5', 'application/x-hdf5'],
  ['heic', 'image/heic'],
  ['htm', 'text/html'],
  ['html', 'text/html'],
  ['ico', 'image/vnd.microsoft.icon'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['mjs', 'text/javascript'],
  ['mov', 'video/quicktime'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['mpeg', 'video/mpeg'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['svg', 'image/svg+xml'],
  ['tar', 'application/x-tar'],
  ['tif', 'image/tiff'],
  ['tiff', 'image/tiff'],
  ['wasm', 'application/wasm'],
  ['wav', 'audio/x-wav'],
  ['webm', 'video/webm'],
  ['webp', 'image/webp'],
  ['zip', 'application/zip'],
])

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

/** The content type of a file by its name; what the uploader or the reader asked for has no say in it. */
export function contentTypeOf(path: Segments): string {
  const name = path.at(-1) ?? ''
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 ? name.slice(dot + 1) : name
  if (TEXT.has(extension)) return 'text/plain'
  return (dot > 0 && TYPES.get(extension.toLowerCase())) || 'application/octet-stream'
}

/** `Content-Disposition`: a browser saves the file under its name and never shows it as a page of this server. */
export function dispositionOf(path: Segments): string {
  const name = path.at(-1) ?? ''
  if (TOKEN.test(name)) return `attachment; filename=${name}`
  if (/^[\u0020-\u007e]+$/.test(name)) return `attachment; filename="${name.replace(/["\\]/g, '\\$&')}"`
  const plain = name.normalize('NFKD').replace(/[^A-Za-z0-9._-]/g, '') || 'download'
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename=${plain}; filename*=UTF-8''${encoded}`
}
