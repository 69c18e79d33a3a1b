import { bytes, call, frame, global, longText, MARK, modern, old, pickle, proto, STOP, stackGlobal, text } from './assemble.ts'
import { type Case, type Expected, raw } from './case.ts'

/** Callables that have run commands, opened files or reached the network from a pickle, each of which some scanner once did not know. */
export const CALLABLES: readonly string[] = (
  'os system|posix system|nt system|subprocess Popen|subprocess check_output|builtins eval|builtins exec|builtins compile|builtins open|' +
  'builtins __import__|builtins getattr|__builtin__ eval|__builtin__ apply|__builtin__ execfile|pip main|pip._internal main|' +
  'pydoc pipepager|pydoc locate|timeit timeit|profile run|cProfile run|trace Trace.run|bdb Bdb.run|code InteractiveInterpreter|' +
  'runpy run_path|runpy _run_code|venv create|ensurepip bootstrap|doctest debug_script|pkgutil resolve_name|importlib import_module|' +
  'functools partial|operator methodcaller|operator attrgetter|operator itemgetter|ctypes CDLL|pty spawn|marshal loads|types CodeType|' +
  'types FunctionType|asyncio.unix_events _UnixSubprocessTransport._start|distutils.file_util write_file|lib2to3.pgen2.pgen ' +
  'ParserGenerator|' +
  'lib2to3.pgen2.grammar Grammar.loads|idlelib.autocomplete AutoComplete.get_entity|idlelib.pyshell ModifiedInterpreter.runcode|' +
  'idlelib.debugobj ObjectTreeItem.SetText|idlelib.run Executive.runcode|idlelib.calltip get_entity|uuid _get_command_stdout|' +
  '_osx_support _read_output|_aix_support _read_cmd_output|imaplib IMAP4_stream|_pyrepl.pager pipe_pager|test.support.script_helper ' +
  'assert_python_ok|' +
  'multiprocessing.util spawnv_passfds|_posixsubprocess fork_exec|_interpreters run_string|linecache getline|zipimport zipimporter|' +
  'logging.config fileConfig|logging FileHandler|_io FileIO|io open|urllib.request urlopen|requests.api get|aiohttp ClientSession|' +
  'http.client HTTPSConnection|httplib HTTPSConnection|socket create_connection|smtplib SMTP|ftplib FTP|poplib POP3|telnetlib Telnet|' +
  'nntplib NNTP|webbrowser open|sys exit|shutil rmtree|tempfile mktemp|signal raise_signal|torch.load load|torch.serialization load|' +
  'torch.hub load|torch.utils.bottleneck.__main__ run_cprofile|torch.utils._config_module ConfigModule.load_config|' +
  'torch.utils.collect_env run|torch._dynamo.guards GuardBuilder.get|torch.fx.experimental.symbolic_shapes ' +
  'ShapeEnv.evaluate_guards_expression|' +
  'torch._inductor.codecache compile_file|torch.jit.unsupported_tensor_ops execWrapper|torch.utils.data.datapipes.utils.decoder ' +
  'basichandlers|' +
  'numpy.testing._private.utils runstring|numpy.f2py.crackfortran myeval|numpy.f2py.crackfortran getlincoef|numpy load|joblib load|' +
  'pandas read_pickle|dill loads|cloudpickle.cloudpickle _make_function|pickle loads|_pickle loads|shelve open|fickling.hook remove_hook|' +
  'picklescan.scanner scan_bytes|modelscan.modelscan ModelScan|some_package anything'
).split('|')

function callables(): Case[] {
  return CALLABLES.flatMap((one) => {
    const [module = '', name = ''] = one.split(' ')
    const file = `callables/${module}.${name}`
    return [
      { name: `${file}.v0.pkl`, bytes: pickle(old(module, name)), expected: 'found' as const },
      { name: `${file}.v4.pkl`, bytes: pickle(modern(4, module, name)), expected: 'found' as const },
    ]
  })
}

const evil = (name: string, parts: readonly string[], rule?: string, expected: Expected = 'malicious'): Case => ({
  name: `pickle/${name}`,
  bytes: pickle(...parts),
  expected,
  ...(rule !== undefined && { rule }),
})

const SYSTEM = stackGlobal('os', 'system')

/** Ways to name or call something that scanners look past. */
const WAYS: readonly Case[] = [
  ...[0, 1, 2, 3, 4, 5].map((version) =>
    evil(`system.v${version}.pkl`, [version < 2 ? old('os', 'system') : modern(version, 'os', 'system')], 'pickle/dangerous-import'),
  ),
  evil('inst.pkl', [`(S'true'\nios\nsystem\n.`], 'pickle/dangerous-import'),
  evil('obj.pkl', [`(cos\nsystem\nS'true'\no.`], 'pickle/dangerous-import'),
  evil('obj-popped.pkl', [proto(4), MARK, SYSTEM, text('true'), 'o0N.'], 'pickle/dangerous-import'),
  evil('newobj.pkl', [proto(4), SYSTEM, text('true'), '\x85\x81.'], 'pickle/dangerous-import'),
  evil('newobj-ex.pkl', [proto(4), SYSTEM, text('true'), '\x85}\x92.'], 'pickle/dangerous-import'),
  evil('memo-names.pkl', [proto(4), text('os'), '\x940', text('system'), '\x940h\x00h\x01\x93', call('true'), STOP]),
  evil('put-get-names.pkl', [proto(4), text('os'), 'q\x050', text('system'), 'q\x060h\x05h\x06\x93', call('true'), STOP]),
  evil('long-put.pkl', [proto(4), text('os'), 'r\xff\xff\x00\x000j\xff\xff\x00\x00', text('system'), '\x93', call('true'), STOP]),
  evil('dup-name.pkl', [proto(4), text('system'), '2\x93', call('true'), STOP], undefined, 'found'),
  evil('old-strings-names.pkl', [`S'os'\nS'system'\n\x93S'true'\n\x85R.`], 'pickle/dangerous-import'),
  evil('escaped-string.pkl', [`S'\\x6f\\x73'\nS'syst\\145m'\n\x93S'true'\n\x85R.`], 'pickle/dangerous-import'),
  evil('escaped-unicode.pkl', ["V\\u006fs\nVsystem\n\x93S'true'\n\x85R."], 'pickle/dangerous-import'),
  evil(
    'computed-module.pkl',
    [proto(4), global('builtins', 'str'), text('os'), '\x85R', text('system'), '\x93', call('true'), STOP],
    'pickle/hidden-import',
  ),
  evil('integer-module.pkl', [proto(4), 'K\x07', text('system'), '\x93', STOP], 'pickle/hidden-import'),
  evil('persistent-module.pkl', [proto(4), text('x'), 'Q', text('system'), '\x93', STOP], 'pickle/hidden-import'),
  evil('extension1.pkl', [proto(2), '\x82\x01)R.'], 'pickle/extension'),
  evil('extension2.pkl', [proto(2), '\x83\x01\x01)R.'], 'pickle/extension'),
  evil('extension4.pkl', [proto(2), '\x84\x01\x01\x01\x00)R.'], 'pickle/extension'),
  evil('dotted-eval.pkl', [modern(4, 'builtins', 'eval.__call__')], 'pickle/dotted-name'),
  evil('dotted-pathlib.pkl', [modern(4, 'pathlib', 'os.system')], 'pickle/dotted-name'),
  evil('dotted-allowed.pkl', [modern(4, 'collections', 'OrderedDict.__reduce_ex__')], 'pickle/dotted-name'),
  evil('dotted-future.pkl', [modern(4, '__future__', '_ssl.x')], 'pickle/dotted-name'),
  evil('call-of-a-call.pkl', [proto(4), stackGlobal('collections', 'OrderedDict'), ')R)R.'], 'pickle/odd-call'),
  evil(
    'build-on-class.pkl',
    [proto(4), stackGlobal('collections', 'OrderedDict'), '}', text('update'), SYSTEM, 'sb.'],
    'pickle/dangerous-import',
  ),
  evil('setitem-on-text.pkl', [proto(2), longText('abc'), 'K\x01K\x02s.'], 'pickle/odd-write', 'found'),
  evil('modules-override.pkl', [proto(4), stackGlobal('sys', 'modules'), text('os'), 'Ns.'], 'pickle/dangerous-import'),
  evil(
    'partial-of-load.pkl',
    [proto(4), stackGlobal('functools', 'partial'), stackGlobal('torch', 'load'), '\x85R.'],
    'pickle/dangerous-import',
  ),
  evil(
    'getattr-chain.pkl',
    [`cbuiltins\ngetattr\n(cbuiltins\n__import__\n(S'os'\ntRS'system'\ntR(S'true'\ntR.`],
    'pickle/dangerous-import',
  ),
  evil(
    'compile-apply.pkl',
    [`c__builtin__\napply\n(c__builtin__\neval\n(c__builtin__\ncompile\n(S'1'\nS''\nS'eval'\ntRttR.`],
    'pickle/dangerous-import',
  ),
]

const GETATTR = stackGlobal('builtins', 'getattr')
const COLOUR = `${stackGlobal('cloudpickle.cloudpickle', '_make_skeleton_enum')}${stackGlobal('enum', 'Enum')}\x85${text('Colour')}\x86R`
const member = (of: string, name: string): string => `${GETATTR}${of}${text(name)}\x86R`

/** Members of enumerations, for which Python 3.11 calls `getattr`, and what only looks like them. */
const MEMBERS: readonly Case[] = [
  evil('member-written.pkl', [proto(4), member(COLOUR, 'red'), STOP], 'pickle/code', 'suspicious'),
  evil('member-unknown.pkl', [proto(4), member(stackGlobal('paint', 'Colour'), 'RED'), STOP], 'pickle/unknown-import', 'suspicious'),
  evil('member-new.pkl', [proto(4), member(stackGlobal('builtins', 'object'), '__new__'), STOP], 'pickle/code', 'suspicious'),
  evil('member-called.pkl', [proto(4), member(COLOUR, 'red'), text('true'), '\x85R.'], 'pickle/odd-call'),
  evil('member-of-module.pkl', [proto(4), member(stackGlobal('paint', 'os'), 'system'), STOP], 'pickle/dangerous-import'),
  evil('member-of-os.pkl', [proto(4), member(stackGlobal('os', 'path'), 'ALTSEP'), STOP], 'pickle/dangerous-import'),
  evil('member-hidden.pkl', [proto(4), member(COLOUR, '__class__'), STOP], 'pickle/dangerous-import'),
  evil('member-of-member.pkl', [proto(4), member(member(COLOUR, 'red'), 'RED'), STOP], 'pickle/dangerous-import'),
  evil('member-and-handed-on.pkl', [proto(4), GETATTR, '\x940', member(COLOUR, 'red'), 'h\x00\x86.'], 'pickle/dangerous-import'),
  evil('member-computed.pkl', [proto(4), GETATTR, COLOUR, stackGlobal('paint', 'name'), ')R\x86R.'], 'pickle/dangerous-import'),
  evil('member-of-allowed.pkl', [proto(4), member(stackGlobal('collections', 'OrderedDict'), 'MOVE'), STOP], 'pickle/dangerous-import'),
]

/** Streams that end early, go on late, or are read in two ways. */
const STREAMS: readonly Case[] = [
  evil('broken-after-payload.pkl', [old('os', 'system').slice(0, -1), '\xff\xff\xff'], 'pickle/dangerous-import'),
  evil('cut-off.pkl', [modern(2, 'os', 'system').slice(0, -1)], 'pickle/dangerous-import'),
  evil('second-pickle.pkl', [proto(2), 'N.', modern(2, 'os', 'system')], 'pickle/dangerous-import'),
  evil('sixth-pickle.pkl', [...Array.from({ length: 5 }, () => `${proto(2)}N.`), old('os', 'system')], 'pickle/dangerous-import'),
  evil('trailing-bytes.pkl', [proto(2), 'N.', '\xfe\xed\xfa\xceabc'], 'pickle/trailing', 'found'),
  evil('late-protocol.pkl', ['N0', proto(2), SYSTEM, call('true'), STOP], 'pickle/dangerous-import', 'malicious'),
  evil('twice-protocol.pkl', [proto(2), proto(4), 'N.'], 'pickle/odd-stream', 'found'),
  evil('protocol-9.pkl', ['\x80\x09', old('os', 'system')], undefined, 'found'),
  evil('missing-mark.pkl', [proto(2), SYSTEM, 't.'], undefined, 'malicious'),
  evil('missing-memo.pkl', [proto(4), SYSTEM, 'h\x09', STOP], 'pickle/dangerous-import'),
  evil('frame-straddle.pkl', [proto(4), frame(3), text('ab'), STOP], 'pickle/disagreement'),
  evil('frame-in-frame.pkl', [proto(4), frame(11), frame(2), 'N.'], 'pickle/disagreement'),
  // One reader sees bytes up to the end, another ends them at the frame and runs what follows.
  evil('frame-divergence.pkl', [proto(4), frame(7), bytes(`${' '.repeat(4)}${old('os', 'system')}`), STOP], 'pickle/disagreement'),
  evil('frame-past-stop.pkl', [proto(4), frame(12), 'N.', 'cos\nsystem'], 'pickle/disagreement'),
  evil('frame-past-end.pkl', [proto(4), frame(1e12), SYSTEM, call('true'), STOP], undefined, 'found'),
  evil('cycle.pkl', [proto(4), ']\x94h\x00a', SYSTEM, call('true'), 'a.'], 'pickle/dangerous-import'),
  evil('dup-bomb.pkl', [proto(4), ...Array.from({ length: 64 }, () => '(2222t'), SYSTEM, call('true'), STOP], undefined, 'found'),
  evil('memo-bomb.pkl', [
    proto(4),
    ']\x94',
    ...Array.from({ length: 30 }, (_, at) => `(${`h${String.fromCharCode(at)}`.repeat(10)}t\x94`),
    SYSTEM,
    call('true'),
    STOP,
  ]),
  evil('huge-length.pkl', [proto(4), SYSTEM, '\x8e\xff\xff\xff\xff\xff\xff\xff\x7f', STOP]),
  evil('negative-length.pkl', [proto(2), SYSTEM, 'T\xff\xff\xff\xff', STOP]),
  evil('huge-integer.pkl', [proto(2), SYSTEM, '\x8b\xff\xff\xff\x7f', STOP]),
  evil('no-name.txt', [old('os', 'system')], 'pickle/dangerous-import'),
  evil('model.bin', [modern(2, 'os', 'system')], 'pickle/dangerous-import'),
  evil('config.p', [modern(4, 'os', 'system')], 'pickle/dangerous-import'),
  evil('no-extension', [modern(5, 'os', 'system')], 'pickle/dangerous-import'),
]

/** Pickles within pickles, as bytes or as texts. */
function nested(): Case[] {
  const hidden = modern(4, 'os', 'system')
  const base64 = raw(hidden).toString('base64')
  const hex = raw(hidden).toString('hex')
  const loads = global('pickle', 'loads')
  const from_bytes = stackGlobal('torch.storage', '_load_from_bytes')
  return [
    evil('nested-bytes.pkl', [proto(4), bytes(hidden), STOP], 'pickle/dangerous-import'),
    evil('nested-old-bytes.pkl', [proto(4), bytes(old('os', 'system')), STOP], 'pickle/dangerous-import'),
    evil('nested-in-list.pkl', [proto(4), ']', bytes(hidden), 'a.'], 'pickle/dangerous-import'),
    evil('nested-loads.pkl', [proto(4), loads, bytes(hidden), '\x85R.'], 'pickle/dangerous-import'),
    evil('nested-load-from-bytes.pkl', [proto(4), from_bytes, bytes(hidden), '\x85R.'], 'pickle/dangerous-import'),
    evil('nested-base64.pkl', [proto(4), longText(base64), STOP], 'pickle/dangerous-import'),
    evil('nested-hex.pkl', [proto(4), longText(hex), STOP], 'pickle/dangerous-import'),
    evil('nested-twice.pkl', [proto(4), bytes(`${proto(4)}${bytes(hidden)}.`), STOP], 'pickle/dangerous-import'),
    evil(
      'nested-string.pkl',
      [proto(2), `T${uint32(modern(2, 'os', 'system').length)}${modern(2, 'os', 'system')}`, STOP],
      'pickle/dangerous-import',
    ),
    evil(
      'encode-gadget.pkl',
      [proto(4), stackGlobal('_codecs', 'encode'), `X${uint32(30)}\xc2\x80${'\x04'}${'x'.repeat(27)}`, text('latin1'), '\x86R.'],
      undefined,
      'clean',
    ),
  ]
}

const uint32 = (value: number): string => String.fromCharCode(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255)

/** What ordinary models are pickled to, and nothing is to be said of. */
const BENIGN: readonly Case[] = [
  evil('benign/none.pkl', [proto(2), 'N.'], undefined, 'clean'),
  evil('benign/ordered-dict.pkl', [proto(4), stackGlobal('collections', 'OrderedDict'), ')R(', text('a'), 'K\x01u.'], undefined, 'clean'),
  evil('benign/framed.pkl', [proto(4), frame(2), 'N.'], undefined, 'clean'),
  evil('benign/several.pkl', [proto(2), 'N.', proto(2), 'K\x01.'], undefined, 'clean'),
  evil('benign/old-list.pkl', ["(lp0\nI1\naS'two'\np1\naF0.5\na."], undefined, 'clean'),
  evil(
    'benign/estimator.pkl',
    [proto(4), stackGlobal('sklearn.linear_model._base', 'LinearRegression'), ')\x81}(', text('coef_'), 'Nub.'],
    undefined,
    'clean',
  ),
]

export const pickles = (): Case[] => [...callables(), ...WAYS, ...MEMBERS, ...STREAMS, ...nested(), ...BENIGN]
