import assert from 'node:assert/strict'
import { test } from 'node:test'
import { workspaceAddress, workspaceHeader, workspaceIn } from './workspace.ts'

test('a workspace is found in an address as it was put there, also one whose name looks like a number', () => {
  for (const name of ['team-a', '2024', '1e3', 'true', 'null']) assert.equal(workspaceIn(workspaceAddress(name)), name)
  assert.equal(workspaceIn('#/experiments/1?filter=a&workspace=team-a'), 'team-a')
  for (const hash of ['', '#/experiments', '#/experiments?workspace=', '#/experiments?workspace=%', '#/x?myworkspace=a']) {
    assert.equal(workspaceIn(hash), undefined, hash)
  }
  assert.equal(workspaceAddress('default'), '#/experiments')
})

test('without a workspace no request names one', () => {
  assert.deepEqual(workspaceHeader('http://127.0.0.1/api/2.0/mlflow/runs/get?run_id=a'), {})
})
