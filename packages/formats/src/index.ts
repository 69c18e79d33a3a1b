/**
 * Readers of model files. Each takes a {@link Source}, gives inert data, and throws {@link Unreadable} where the bytes don't keep to their
 * format or go over a limit. None imports, calls or evaluates anything, and none writes. What serves a model and what scans it read it
 * by these same readers.
 */
export { type LightgbmText, readLightgbm } from './boosters/lightgbm.ts'
export { type NumberArray, readUbjson, type Ubjson, type UbjsonObject } from './boosters/ubjson.ts'
export { decompress, type Packing } from './compressed.ts'
export { isObject, JSON_LIMITS, type Json, type JsonDocument, type JsonLimits, type JsonObject, readJson } from './documents/json.ts'
export { readYaml, type Yaml, type YamlDocument, type YamlTag } from './documents/yaml.ts'
export { type OnnxFacts, readOnnx } from './graphs/onnx.ts'
export { readSavedModel, type SavedModelFacts } from './graphs/saved-model.ts'
export { type Field, fieldNumbers, fieldsOf } from './graphs/wire.ts'
export { endsAsZip, isText, type Kind, kindOf } from './kind.ts'
export { type Literal, readLiteral } from './numpy/literal.ts'
export { type NpyHeader, readNpyHeader } from './numpy/npy.ts'
export { describe, Machine, type Oddity, PICKLE_LIMITS, type PickleLimits } from './pickle/machine.ts'
export { type PickleStream, readPickles } from './pickle/stream.ts'
export { goOn, type Reading, type Unpickled, unpickle } from './pickle/unpickle.ts'
export { Bytes, Global, Instance, Persistent, Tuple, Unknown, type Value } from './pickle/values.ts'
export { type FileSource, memorySource, openFile, part, type Source } from './source.ts'
export { readTar, type TarMember } from './tar.ts'
export { Unreadable } from './unreadable.ts'
export { type Gguf, readGguf } from './weights/gguf.ts'
export { type Hdf5Facts, readHdf5 } from './weights/hdf5.ts'
export { readSafetensors, type SafeTensor, type Safetensors } from './weights/safetensors.ts'
export { type Member, readZip, ZIP_LIMITS, type ZipArchive, type ZipLimits, type ZipOddity } from './zip/archive.ts'
export { escapes } from './zip/differences.ts'
export { type Opened, openMember } from './zip/member.ts'
