import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApiError } from '../http/errors.ts'
import { testSettings } from '../testing/server.ts'
import { placeLocation, rootsOf } from './location.ts'
import { locationOfExperiment } from './stores.ts'

const settings = {
  ...testSettings(),
  artifacts_destination: '/srv/artifacts',
  allowed_artifact_roots: ['/srv/models', 'file:///srv/with%20space', 's3://bucket/team'],
}
const roots = rootsOf(settings)

// Security cases PT-03 to PT-13, PT-16, PT-20, PT-21, PT-33, SS-06 and SS-07: no such location is kept, and none is looked at.
const BAD: readonly string[] = [
  'http://h/#/../../../etc',
  'http://h/x',
  'https://h/api/2.0/mlflow-artifacts/artifacts/x',
  'http://h/api/2.0/mlflow-artifacts/artifacts/../../../',
  'http://h/p?/../../../etc',
  'https://h?k=v&../../x',
  'http://h/a;/../../../etc',
  'http://good\\@evil/',
  'file:///etc',
  'file:///etc/passwd',
  '/etc',
  '/tmp/elsewhere',
  '/',
  '/srv',
  '/srv/artifacts2',
  '/srv/artifacts/../x',
  '/srv/artifacts/./x',
  '/srv/artifacts//x',
  'file:///srv/artifacts/%2e%2e/x',
  'file:///srv/artifacts/%252e%252e/x',
  'file:///srv/artifacts%2f..%2fx',
  'file:///srv/artifacts/a%00',
  'file:///srv/artifacts/%ff',
  'file://./srv/artifacts',
  'file://localhost/srv/artifacts',
  'file:/srv/artifacts',
  'file:srv/artifacts',
  'file:////srv/artifacts',
  'FILE:///srv/artifacts',
  'file:///srv/artifacts#/../x',
  'file:///srv/artifacts?x',
  '//srv/artifacts',
  '//proc/self/root',
  '\\..\\..\\etc',
  'C:path',
  'C:\\x',
  'c:/x',
  ':///etc',
  '.',
  '..',
  '../x',
  'my_location',
  '/srv/artifacts/a\nb',
  '/srv/artifacts/a\0b',
  's3://bucket',
  's3://bucket/teams',
  's3://bucket/other',
  's3://bucket/team/../other',
  's3://other/team',
  's3://bucket@evil/team',
  's3:/b/p/../../x',
  's3:///team',
  'S3://bucket/team',
  's3a://bucket/team',
  'gs://bucket/x',
  'ftp://attacker/a',
  'ftp:///',
  'sftp://h/x',
  'hdfs://h/x',
  'viewfs://h/x',
  'r2://b@host/x',
  'b2://b@host/x',
  'abfss://f@account.host/x',
  'dbfs:/run/artifacts/a%3f/../../',
  'runs:/abc/x',
  'models:/m/1',
  'mlflow-artifacts://host:5000/x',
  'mlflow-artifacts://h/..%2f..%2fx',
  'mlflow-artifacts://[::1]/x',
  'mlflow-artifacts:x',
  'mlflow-artifacts:/../x',
  'mlflow-artifacts:/a/%2e%2e/x',
  'mlflow-artifacts:/a/%252e%252e/x',
  'mlflow-artifacts:/a//x',
  'mlflow-artifacts:/a#b',
  `mlflow-artifacts:/${'a'.repeat(300)}`,
  `/srv/artifacts/${'a/'.repeat(1100)}`,
]

describe("an experiment's location", () => {
  for (const text of BAD) {
    test(`refuses ${JSON.stringify(text).slice(0, 90)}`, () => {
      assert.throws(
        () => placeLocation(text, roots),
        (error) =>
          error instanceof ApiError && error.code === 'INVALID_PARAMETER_VALUE' && error.message.startsWith('Invalid artifact_location'),
      )
    })
  }

  for (const [text, kind, segments] of [
    ['mlflow-artifacts:/7', 'proxied', ['7']],
    ['mlflow-artifacts:/a%20b/', 'proxied', ['a b']],
    ['/srv/artifacts', 'disk', ['srv', 'artifacts']],
    ['/srv/artifacts/x', 'disk', ['srv', 'artifacts', 'x']],
    ['file:///srv/models/x', 'disk', ['srv', 'models', 'x']],
    ['file:///srv/with%20space/x', 'disk', ['srv', 'with space', 'x']],
    ['s3://bucket/team/x', 's3', ['team', 'x']],
  ] as const) {
    test(`takes ${text}`, () => {
      const { location } = placeLocation(text, roots)
      assert.equal(location.kind, kind)
      assert.deepEqual(location.segments, segments)
    })
  }

  test("at another host is taken only below this server's own address, as the operator spelled it", () => {
    const own = 'http://tracking:5000/api/2.0/mlflow-artifacts/artifacts'
    const withOwn = rootsOf({ ...settings, default_artifact_root: own })
    assert.deepEqual(placeLocation(`${own}/7/x`, withOwn).location, { kind: 'proxied', segments: ['7', 'x'] })
    for (const text of [`${own}2/x`, own.replace('5000', '5001'), own.replace('http:', 'https:'), `${own}/../x`, `${own}@evil/x`]) {
      assert.throws(() => placeLocation(text, withOwn), ApiError, text)
    }
  })

  test('that hands through is refused by a server that hands nothing through', () => {
    const disk = rootsOf({ ...settings, serve_artifacts: false, default_artifact_root: '/srv/artifacts' })
    assert.throws(() => placeLocation('mlflow-artifacts:/7', disk), ApiError)
  })

  test('is below the default root when none is named, and absolute when a relative one may be taken', () => {
    assert.equal(locationOfExperiment(settings, '7'), 'mlflow-artifacts:/7')
    assert.equal(locationOfExperiment({ ...settings, default_artifact_root: 'file:///srv/models' }, '7'), 'file:///srv/models/7')
    assert.equal(locationOfExperiment({ ...settings, default_artifact_root: './runs' }, '7'), `${process.cwd()}/runs/7`)
    assert.equal(locationOfExperiment({ ...settings, allowed_artifact_roots: ['.'] }, '7', 'mine'), `${process.cwd()}/mine`)
  })

  for (const root of ['ftp://h/x', 'http://h/elsewhere', 'gs://bucket']) {
    test(`below a default root of ${root} is for clients alone: this server opens nothing there`, () => {
      const own = rootsOf({ ...settings, default_artifact_root: root })
      assert.throws(() => placeLocation(`${root}/7`, own), ApiError)
      assert.throws(() => rootsOf({ ...settings, artifacts_destination: root }), /artifacts destination must be/)
    })
  }
})
