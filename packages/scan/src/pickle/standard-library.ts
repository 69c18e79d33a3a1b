// Python's own modules, of versions 2.7 to 3.15: none of their names is harmless until it is on the list.
const NAMES = [
  'BaseHTTPServer CGIHTTPServer Cookie HTMLParser Queue SimpleHTTPServer SocketServer StringIO UserDict UserList UserString',
  '__builtin__ __future__ _abc _aix_support _android_support _apple_support _ast _asyncio _bisect _blake2 _bootsubprocess _bz2',
  '_codecs _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections _collections_abc _colorize',
  '_compat_pickle _compression _contextvars _crypt _csv _ctypes _ctypes_test _curses _curses_panel _datetime _dbm _decimal',
  '_elementtree _frozen_importlib _frozen_importlib_external _functools _gdbm _hashlib _heapq _imp _interpchannels _interpqueues',
  '_interpreters _io _ios_support _json _locale _lsprof _lzma _markupbase _md5 _msi _multibytecodec _multiprocessing _opcode',
  '_operator _osx_support _overlapped _pickle _posixshmem _posixsubprocess _py_abc _pydecimal _pyio _pyrepl _queue _random _scproxy',
  '_sha1 _sha256 _sha3 _sha512 _signal _sitebuiltins _socket _sqlite3 _sre _ssl _stat _statistics _string _strptime _struct',
  '_symtable _sysconfig _testcapi _testinternalcapi _thread _threading_local _tkinter _tokenize _tracemalloc _typing _uuid',
  '_warnings _weakref _weakrefset _winapi _winreg _xxinterpchannels _xxsubinterpreters _zoneinfo abc aifc annotationlib antigravity',
  'anydbm argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect builtins bz2 cPickle cProfile',
  'cStringIO calendar ce cgi cgitb chunk cmath cmd code codecs codeop collections colorsys commands compileall compression',
  'concurrent configparser contextlib contextvars copy copy_reg copyreg crypt csv ctypes curses dataclasses datetime dbm decimal',
  'difflib dis distutils doctest dos dumbdbm dummy_thread email encodings ensurepip enum errno exceptions faulthandler fcntl',
  'filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq',
  'hmac html http httplib idlelib imaplib imghdr imp importlib imputil inspect io ipaddress itertools json keyword lib2to3',
  'linecache locale logging lzma macpath mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing',
  'netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os os2emxpath ossaudiodev pathlib pdb pickle pickletools',
  'pipes pkgutil platform plistlib popen2 poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data',
  'pyexpat queue quopri random re readline reprlib resource rexec riscos rlcompleter robotparser runpy sched secrets select',
  'selectors sets shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants',
  'sre_parse ssl stat statistics string stringprep struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib',
  'tempfile termios test textwrap this thread threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty',
  'turtle turtledemo types typing unicodedata unittest urllib urllib2 urlparse user uu uuid venv warnings wave weakref webbrowser',
  'whichdb winreg winsound wsgiref xdrlib xml xmlrpc xmlrpclib zipapp zipfile zipimport zlib zoneinfo',
]

/** The first words of the modules that Python brings. */
export const STANDARD_LIBRARY: ReadonlySet<string> = new Set(NAMES.join(' ').split(' '))
