import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { bytes, modern, old, proto, STOP, stackGlobal, text } from './assemble.ts'
import { type Case, type Expected, raw, uint } from './case.ts'
import { tar, type Written, zip } from './zip.ts'

const EVIL = raw(modern(2, 'os', 'system'))
const FINE = raw(`${proto(2)}N.`)
const data: Written = { name: 'archive/data.pkl', data: FINE }
const evil: Written = { name: 'archive/data.pkl', data: EVIL }

const made = (name: string, content: Buffer, expected: Expected, rule?: string): Case => ({
  name: `archives/${name}`,
  bytes: content,
  expected,
  ...(rule !== undefined && { rule }),
})

const ZIPS: readonly Case[] = [
  made('torch.pt', zip([evil]), 'malicious', 'pickle/dangerous-import'),
  made('torch.bin', zip([{ ...evil, packed: true }]), 'malicious', 'pickle/dangerous-import'),
  made('renamed-member.pt', zip([{ name: 'archive/readme.txt', data: EVIL }]), 'malicious', 'pickle/dangerous-import'),
  made('deep.pt', zip([{ name: 'a/b/c/d/data.pkl', data: EVIL }]), 'malicious', 'pickle/dangerous-import'),
  made('zip-in-zip.pt', zip([{ name: 'inner', data: zip([evil]) }]), 'malicious', 'pickle/dangerous-import'),
  made('7z-in-zip.pt', zip([{ name: 'inner', data: raw('7z\xbc\xaf\x27\x1c\x00\x04') }]), 'not looked at', 'archive/not-read'),
  made('name-mismatch.pt', zip([{ ...data, local_name: 'archive/other.pkl' }]), 'malicious', 'archive/disagreement'),
  made('flag-1.pt', zip([{ ...evil, flags: 1 }]), 'malicious', 'pickle/dangerous-import'),
  made('flag-20.pt', zip([{ ...evil, flags: 0x20 }]), 'malicious', 'pickle/dangerous-import'),
  made('flag-40.pt', zip([{ ...evil, flags: 0x40 }]), 'malicious', 'pickle/dangerous-import'),
  made('flag-local-only.pt', zip([{ ...data, local_flags: 1 }]), 'malicious', 'archive/disagreement'),
  made('crc.pt', zip([{ ...evil, crc: 7 }]), 'malicious', 'pickle/dangerous-import'),
  made('crc-only.pt', zip([{ ...data, crc: 7 }]), 'found', 'archive/damaged'),
  made('password.pt', zip([{ ...data, data: raw('\x99encrypted\x01'), crc: 7, flags: 1 }]), 'found', 'archive/encrypted'),
  made('size-mismatch.pt', zip([{ ...data, local_size: 400 }]), 'malicious', 'archive/disagreement'),
  made('hidden.pt', zip([data, { ...evil, name: 'archive/hidden.pkl', hidden: true }]), 'malicious', 'pickle/dangerous-import'),
  made('no-directory.pt', zip([evil]).subarray(0, -70), 'malicious', 'pickle/dangerous-import'),
  made('duplicate.pt', zip([data, { ...data, data: raw(`${proto(2)}K\x01.`) }]), 'malicious', 'archive/disagreement'),
  made('case-collision.pt', zip([data, { ...data, name: 'archive/DATA.pkl' }]), 'malicious', 'archive/disagreement'),
  made('prefix.pt', zip([evil], { prefix: raw('#!/bin/sh\nexit\n') }), 'malicious', 'pickle/dangerous-import'),
  made('polyglot.pkl', zip([evil], { prefix: FINE }), 'malicious', 'file/polyglot'),
  made('end-in-comment.pt', zip([data], { comment: zip([evil]).toString('latin1') }), 'found'),
  made('many-entries.pt', zip([data], { entries: 9 }), 'found', 'archive/odd'),
  ...['../evil', '/etc/passwd', 'C:\\x', '..\\x', 'a/../../b', 'con', 'nul\0.pkl'].map((name, at) =>
    made(`escape-${at}.zip`, zip([{ name, data: FINE }]), 'malicious', 'archive/escape'),
  ),
  made('symlink.zip', zip([{ name: 'link', data: raw('/etc/passwd'), mode: 0o120777 }]), 'malicious', 'archive/link'),
  made('bomb.zip', zip([{ name: 'zeros', data: Buffer.alloc(300 * 1024 * 1024), packed: true }]), 'found', 'archive/limit'),
  made('lzma.zip', zip([{ name: 'x', data: raw('xxxxxxxx'), method: 14 }]), 'found', 'archive/damaged'),
  made(
    'library.pt',
    zip([{ name: 'archive/data/aotinductor/model.so', data: raw(`\x7fELF${'\0'.repeat(60)}`) }]),
    'malicious',
    'file/native',
  ),
  made(
    'exported.pt2',
    zip([{ name: 'm/data/weights/model_weights_config.json', data: raw('{"config":{"w":{"use_pickle":true}}}') }]),
    'found',
    'torch/weights-pickled',
  ),
  made('sample-input.pt2', zip([{ name: 'm/data/sample_inputs/model.pt', data: zip([evil]) }]), 'malicious', 'pickle/dangerous-import'),
  made('script.pt', zip([data, { name: 'archive/code/__torch__.py', data: raw('def forward(self): pass\n') }]), 'found', 'torch/code'),
  made('end-before-end.pt', Buffer.concat([zip([evil]), zip([data])]), 'found'),
  made('benign/zip-in-zip.pt2', zip([{ name: 'm/data/sample_inputs/model.pt', data: zip([data]) }]), 'clean'),
  made(
    'benign/torch.pt',
    zip([data, { name: 'archive/data/0', data: Buffer.alloc(64, 7) }, { name: 'archive/version', data: raw('3\n') }]),
    'clean',
  ),
]

const depth = (levels: number): Buffer => (levels === 0 ? zip([evil]) : zip([{ name: 'x', data: depth(levels - 1) }]))

const WRAPPED: readonly Case[] = [
  made('too-deep.zip', depth(12), 'found', 'archive/limit'),
  made('model.pkl.gz', gzipSync(EVIL), 'malicious', 'pickle/dangerous-import'),
  made('model.joblib', deflateSync(EVIL), 'malicious', 'pickle/dangerous-import'),
  made('model.zst', zstdCompressSync(EVIL), 'malicious', 'pickle/dangerous-import'),
  made('cut-off.gz', gzipSync(EVIL).subarray(0, -6), 'found'),
  made('model.7z', raw('7z\xbc\xaf\x27\x1c\x00\x04'), 'not looked at', 'archive/not-read'),
  made('model.rar', raw('Rar!\x1a\x07\x01\x00'), 'not looked at', 'archive/not-read'),
  made('legacy.tar', tar([{ name: 'pickle', data: EVIL }]), 'malicious', 'pickle/dangerous-import'),
  made('slip.tar', tar([{ name: '../../x', data: FINE }]), 'malicious', 'archive/escape'),
  made('link.tar', tar([{ name: 'x', type: '2', link: '/etc/passwd' }]), 'malicious', 'archive/link'),
  made('hard-link.tar', tar([{ name: 'x', type: '1', link: '../outside' }]), 'malicious', 'archive/link'),
  made('device.tar', tar([{ name: 'x', type: '3' }]), 'malicious', 'archive/link'),
  made('benign.tar', tar([{ name: 'model.pkl', data: FINE }]), 'clean'),
]

/** PyTorch's old format: five pickles, and the elements of the tensors. */
const legacy = (third: string, rest: string): Buffer =>
  raw(`${proto(2)}\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.${proto(2)}M\xe9\x03.${proto(2)}}.${third}${proto(2)}].${rest}`)

const npy = (header: string, rest: Buffer): Buffer =>
  Buffer.concat([raw('\x93NUMPY\x01\x00'), uint(header.length + 1, 2), raw(`${header}\n`), rest])

const ARRAYS: readonly Case[] = [
  made('legacy.pt', legacy(modern(2, 'os', 'system'), 'abcdefgh'), 'malicious', 'pickle/dangerous-import'),
  made('benign/legacy.pt', legacy(`${proto(2)}N.`, '\x01\x02\x03\x04\xff\xfe'), 'clean'),
  made('legacy-magic-by-eval.pt', raw(old('builtins', 'eval', '0x1950a86a20f9469cfc6c')), 'malicious', 'pickle/dangerous-import'),
  made('objects.npy', npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", EVIL), 'malicious', 'pickle/dangerous-import'),
  made(
    'fields.npy',
    npy("{'descr': [('a', '<f8'), ('b', '|O')], 'fortran_order': False, 'shape': (1,), }", EVIL),
    'malicious',
    'pickle/dangerous-import',
  ),
  made('call-in-header.npy', npy("{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (1,), }", EVIL), 'malicious'),
  made('short.npy', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9,), }", Buffer.alloc(8)), 'found', 'numpy/broken'),
  made(
    'objects.npz',
    zip([{ name: 'a.npy', data: npy("{'descr': '|O', 'fortran_order': False, 'shape': (), }", EVIL), packed: true }]),
    'malicious',
    'pickle/dangerous-import',
  ),
  made('benign.npy', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", Buffer.alloc(16)), 'clean'),
  made('joblib-objects.pkl', joblib('O8', EVIL), 'malicious', 'pickle/dangerous-import'),
  made('joblib-raw-as-code.pkl', joblib('S32', raw(old('os', 'system').padEnd(32, ' '))), 'malicious', 'pickle/dangerous-import'),
  made('benign/joblib.pkl', joblib('S32', Buffer.alloc(32)), 'clean'),
]

/** A stream of joblib: a wrapper says what the array is, and the elements follow in the stream. */
function joblib(dtype: string, elements: Buffer): Buffer {
  const made_dtype = `${stackGlobal('numpy', 'dtype')}${text(dtype)}\x89\x88\x87R`
  const state = `}(${text('dtype')}${made_dtype}${text('shape')}K\x01\x85${text('order')}${text('C')}u`
  const wrapper = `${stackGlobal('joblib.numpy_pickle', 'NumpyArrayWrapper')})\x81`
  return Buffer.concat([raw(`${proto(4)}${wrapper}${state}b`), elements, raw(STOP)])
}

/** A tensor's metadata that does not fit its storage. */
const STORAGE = made(
  'tensor-outside.pkl',
  raw(
    [
      `${proto(2)}ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n`,
      'X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQK\x00K\x64\x85K\x01\x85\x89}tR.',
    ].join(''),
  ),
  'found',
  'pickle/storage',
)

const SKOPS: readonly Case[] = [
  ...['MethodNode', 'OperatorFuncNode'].map((loader) =>
    made(`${loader}.skops`, skops({ __loader__: loader, __module__: 'builtins', __class__: 'x' }), 'malicious', 'skops/loader'),
  ),
  made(
    'function.skops',
    skops({ __loader__: 'FunctionNode', content: { module_path: 'os', function: 'system' } }),
    'malicious',
    'skops/loader',
  ),
  made('type.skops', skops({ __loader__: 'ObjectNode', __module__: 'mine', __class__: 'Model' }), 'found', 'skops/type'),
  made('joblib-fallback.skops', EVIL, 'malicious', 'pickle/dangerous-import'),
  made(
    'object-array.skops',
    zip([
      { name: 'schema.json', data: raw('{}') },
      { name: '1.npy', data: npy("{'descr': '|O', 'fortran_order': False, 'shape': (), }", EVIL) },
    ]),
    'malicious',
  ),
  made(
    'benign.skops',
    skops({ __loader__: 'ObjectNode', __module__: 'sklearn.linear_model._base', __class__: 'LinearRegression' }),
    'clean',
  ),
]

function skops(schema: object): Buffer {
  return zip([{ name: 'schema.json', data: Buffer.from(JSON.stringify(schema)) }])
}

export const archives = (): Case[] => [
  ...ZIPS,
  ...WRAPPED,
  ...ARRAYS,
  STORAGE,
  ...SKOPS,
  made('bytes-of-zip.pkl', raw(`${proto(4)}${bytes(zip([evil]).toString('latin1'))}.`), 'malicious'),
]
