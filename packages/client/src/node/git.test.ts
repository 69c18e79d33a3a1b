import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, globSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { newFolder } from '../../../server/src/testing/folder.ts'
import { gitFacts } from './git.ts'
import { runTags } from './run-tags.ts'

const AN_HOUR_AGO_S = Math.floor(Date.now() / 1000) - 3600

/** A repository whose files are old enough that git trusts their times. */
class TestRepository {
  readonly folder: string

  constructor(...init: string[]) {
    this.folder = newFolder('git')
    this.git('init', '-q', '-b', 'main', ...init)
    for (const [path, text] of [
      ['a.txt', 'a'],
      ['a/b.txt', 'b'],
      ['a/c/d.py', 'd'],
      ['a-b', 'e'],
    ] as const) {
      this.write(path, text)
    }
    this.git('add', '.')
    this.git('commit', '-qm', 'first')
  }

  git(...args: string[]): string {
    const who = [
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@example.com',
      '-c',
      'protocol.file.allow=always',
      '-c',
      'core.hooksPath=/dev/null',
    ]
    // Of this test alone, whatever is configured for the machine or set by a hook that runs the tests.
    const env = { PATH: process.env.PATH, HOME: this.folder, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' }
    return execFileSync('git', [...who, ...args], { cwd: this.folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  }

  write(path: string, text: string): void {
    const file = join(this.folder, path)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, text)
    utimesSync(file, AN_HOUR_AGO_S, AN_HOUR_AGO_S)
  }

  /** What git says itself; it is asked afterwards, since its look refreshes the index. */
  facts(): { commit: string; branch: string | undefined; dirty: boolean } {
    const branch = this.git('rev-parse', '--abbrev-ref', 'HEAD')
    return {
      commit: this.git('rev-parse', 'HEAD'),
      branch: branch === 'HEAD' ? undefined : branch,
      dirty: this.git('status', '--porcelain', '--untracked-files=no') !== '',
    }
  }
}

type Change = (repository: TestRepository) => void

const CLEAN: Record<string, Change> = {
  'a new checkout': () => {},
  'files that are not tracked': (one) => one.write('new.txt', 'new'),
  'a file that was only touched': ({ folder }) => utimesSync(join(folder, 'a.txt'), AN_HOUR_AGO_S + 9, AN_HOUR_AGO_S + 9),
  'packed objects and refs': (one) => one.git('gc', '-q', '--aggressive'),
  'a commit that is a delta in a pack': (one) => {
    for (let at = 0; at < 30; at++) one.git('commit', '-q', '--allow-empty', '-m', `${at} ${'the same long message '.repeat(100)}`)
    one.git('repack', '-adfq', '--depth=50', '--window=50')
    const [index] = globSync(join(one.folder, '.git/objects/pack/*.idx'))
    // A line of a delta has seven words: id, type, size, packed size, offset, depth, base.
    const delta = one
      .git('verify-pack', '-v', String(index))
      .split('\n')
      .find((line) => /^\w+ commit( +\S+){5}$/.test(line))
    one.git('checkout', '-q', '--detach', String(delta?.split(' ')[0]))
  },
  'no branch, but a commit': (one) => one.git('checkout', '-q', '--detach'),
  'a branch with a slash in packed-refs': (one) => {
    one.git('checkout', '-qb', 'feature/x')
    one.git('pack-refs', '--all')
  },
  'an index of version 4': (one) => one.git('update-index', '--index-version=4'),
  'an index of version 3, with a file that git shall not look at': (one) => {
    one.git('update-index', '--skip-worktree', 'a.txt')
    one.write('a.txt', 'other')
  },
  'a symbolic link': (one) => {
    symlinkSync('a.txt', join(one.folder, 'link'))
    one.git('add', 'link')
    one.git('commit', '-qm', 'link')
  },
  'line ends of Windows, where git is told to change them': (one) => {
    one.git('config', 'core.autocrlf', 'true')
    one.write('crlf.txt', 'a\r\nb\r\n')
    one.git('add', 'crlf.txt')
    one.git('commit', '-qm', 'crlf')
    utimesSync(join(one.folder, 'crlf.txt'), AN_HOUR_AGO_S + 9, AN_HOUR_AGO_S + 9)
  },
}

const DIRTY: Record<string, Change> = {
  'a changed file': (one) => one.write('a/b.txt', 'changed'),
  'a change of the same length': ({ folder }) => writeFileSync(join(folder, 'a.txt'), 'x'),
  'a change that is staged': (one) => {
    one.write('a.txt', 'staged')
    one.git('add', '.')
  },
  'a change that is staged, over packed objects': (one) => {
    one.git('gc', '-q')
    one.write('new.txt', 'staged')
    one.git('add', '.')
  },
  'a deleted file': ({ folder }) => rmSync(join(folder, 'a.txt')),
  'a file that became executable': ({ folder }) => chmodSync(join(folder, 'a.txt'), 0o755),
  'a file that became a link': ({ folder }) => {
    rmSync(join(folder, 'a.txt'))
    symlinkSync('a-b', join(folder, 'a.txt'))
  },
  'a file that is only intended': (one) => {
    one.write('new.txt', 'new')
    one.git('add', '--intent-to-add', 'new.txt')
  },
}

for (const format of ['sha1', 'sha256']) {
  describe(`git's facts (${format})`, () => {
    for (const [dirty, changes] of [
      [false, CLEAN],
      [true, DIRTY],
    ] as const) {
      for (const [what, change] of Object.entries(changes)) {
        test(`${what}: ${dirty ? 'dirty' : 'clean'}, as git says`, () => {
          const repository = new TestRepository(`--object-format=${format}`)
          change(repository)
          const found = gitFacts(join(repository.folder, 'a'))
          assert.deepEqual(found, repository.facts())
          assert.equal(found?.dirty, dirty)
        })
      }
    }
  })
}

test('a linked worktree has its own branch and its own changes', () => {
  const repository = new TestRepository()
  const other = join(newFolder('git'), 'other')
  repository.git('worktree', 'add', '-q', '-b', 'other', other)
  writeFileSync(join(other, 'a.txt'), 'changed')
  const commit = repository.git('rev-parse', 'HEAD')
  assert.deepEqual(gitFacts(other), { commit, branch: 'other', dirty: true })
  assert.deepEqual(gitFacts(repository.folder), { commit, branch: 'main', dirty: false })
})

test('a submodule counts by its commit', () => {
  const [outer, inner] = [new TestRepository(), new TestRepository()]
  outer.git('submodule', '--quiet', 'add', inner.folder, 'inner')
  outer.git('commit', '-qm', 'inner')
  assert.deepEqual(gitFacts(outer.folder), outer.facts())
  outer.git('-C', 'inner', 'commit', '-q', '--allow-empty', '-m', 'further')
  assert.deepEqual([gitFacts(outer.folder)?.dirty, outer.facts().dirty], [true, true])
})

test('what can not be told is undefined: no repository, no commit, an index in parts, a broken index', () => {
  assert.equal(gitFacts(newFolder('git')), undefined)
  const empty = newFolder('git')
  execFileSync('git', ['init', '-q', empty])
  assert.equal(gitFacts(empty), undefined)
  const repository = new TestRepository()
  repository.git('update-index', '--split-index')
  assert.deepEqual(gitFacts(repository.folder), { ...repository.facts(), dirty: undefined })
  writeFileSync(join(repository.folder, '.git', 'index'), 'DIRC broken')
  assert.equal(gitFacts(repository.folder)?.dirty, undefined)
})

test("the tags of a run say what MLflow's clients say", () => {
  const repository = new TestRepository()
  const script = join(repository.folder, 'a.txt')
  const { 'mlflow.user': user, ...tags } = runTags(script)
  assert.ok(user)
  assert.deepEqual(tags, {
    'mlflow.source.name': script,
    'mlflow.source.type': 'LOCAL',
    'mlflow.source.git.commit': repository.git('rev-parse', 'HEAD'),
    'mlflow.source.git.branch': 'main',
    'mlflow.source.git.dirty': 'false',
  })
})
