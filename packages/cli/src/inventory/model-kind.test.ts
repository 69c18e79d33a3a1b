import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { memorySource } from '@millrace/formats'
import { modelKind } from './model-kind.ts'

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const PICKLE = bytes('\x80\x04\x8c\x01a.')
const OLD_PICKLE = bytes("cos\nsystem\n(S'true'\ntR.")

/** A zip of empty members, stored. */
function zipOf(names: readonly string[]): Buffer {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let at = 0
  for (const name of names) {
    const local = Buffer.alloc(30)
    local.write('PK\x03\x04', 0, 'latin1')
    local.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.write('PK\x01\x02', 0, 'latin1')
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(at, 42)
    locals.push(local, bytes(name))
    entries.push(entry, bytes(name))
    at += 30 + name.length
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(names.length, 8)
  end.writeUInt16LE(names.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, directory, end])
}

test('what is a model, the content says, whatever it is called', () => {
  const cases: [Buffer, string | undefined, string?][] = [
    [PICKLE, 'pickle'],
    [OLD_PICKLE, 'pickle'],
    [gzipSync(PICKLE), 'pickle in gzip'],
    [deflateSync(OLD_PICKLE), 'pickle in zlib'],
    [zstdCompressSync(PICKLE), 'pickle in zstd'],
    [gzipSync(gzipSync(PICKLE)), 'pickle in gzip in gzip'],
    [zipOf(['archive/data.pkl', 'archive/version']), 'zip'],
    [zipOf(['config.json', 'model.weights.h5']), 'zip'],
    [bytes('\x93NUMPY\x01\x00'), 'numpy'],
    [bytes('GGUF\x03\x00\x00\x00'), 'gguf'],
    [bytes('\x89HDF\r\n\x1a\n'), 'hdf5'],
    [bytes('CBM1....'), 'catboost'],
    [bytes('\x02\x00\x00\x00\x00\x00\x00\x00{}'), 'safetensors'],
    [bytes('artifact_path: model\nflavors:\n  sklearn: {}\n'), 'MLmodel'],
    [bytes('tree\nversion=v4\nnum_class=1\n'), 'lightgbm'],
    [bytes('{"learner":{"attributes":{}}}'), 'xgboost'],
    // ir_version 8, a producer, and a graph of one field.
    [bytes('\x08\x08\x12\x01a\x3a\x02\x12\x00'), 'onnx'],
    [bytes('BZh91AY&SY'), 'bzip2', 'model.pkl.bz2'],
    [bytes('BZh91AY&SY'), undefined, 'backup.tar.bz2'],
    [bytes('import os\nos.system("true")\n'), undefined, 'model.pkl'],
    [bytes('{"name":"a package"}'), undefined, 'package.json'],
    [bytes('# A title\n\nSome text.\n'), undefined],
    [gzipSync(bytes('a log\n')), undefined, 'log.gz'],
    [zipOf(['word/document.xml']), undefined, 'letter.docx'],
    [bytes('\x89PNG\r\n\x1a\n'), undefined],
    [bytes('\x08\x08\x12\x7fa'), undefined, 'cut.onnx'],
    [bytes(''), undefined, 'empty.pkl'],
  ]
  for (const [content, kind, name = 'file'] of cases) {
    assert.equal(modelKind(memorySource(content), name), kind, `${name} ${content.toString('latin1', 0, 40)}`)
  }
})

test('what unpacks to very much, or is broken, is taken for a model, and costs little', () => {
  assert.equal(modelKind(memorySource(gzipSync(Buffer.alloc(2 ** 27))), 'a.gz'), 'gzip')
  assert.equal(modelKind(memorySource(bytes('PK\x03\x04 no archive')), 'a.zip'), 'zip')
})
