import type { Migration } from '../migrate.ts'

/**
 * What stands between a model version and production. A scan's verdict is of files, known by their manifest's digest, so that a copy has
 * it too. `gate_policy` is one row, or none where the policy is a file or the default. `gate_move` says of every alias and stage who
 * pointed it where. A request is bound by `bound_sha256` to all that its reviewers saw; `gate_decision` keeps what they said under their
 * accounts' ids, which nobody else ever gets. `gate_fact` is what other rooms found out about a version's files: a finished canary.
 */
export const gates: Migration = {
  id: 19,
  name: 'gates',
  statements: ({ types: { int, text, id, id_never_reused }, clustered }) => [
    `create table scan_result (
      root_sha256 ${text} primary key, ending ${text} not null, findings ${text} not null, rules_version ${text} not null,
      scanned_ms ${int} not null
    )`,
    'create index model_version_manifest_by_root on model_version_manifest (root_sha256)',
    `create table gate_policy (
      id ${int} primary key, text ${text} not null, parsed ${text} not null, sha256 ${text} not null,
      set_by ${text} not null, set_by_id ${int} not null,
      set_ms ${int} not null
    )`,
    `create table gate_move (
      id ${id}, model ${int} not null references registered_model (id) on delete cascade, kind ${text} not null, target ${text} not null,
      from_version ${int}, to_version ${int}, root_sha256 ${text}, what ${text} not null,
      user_name ${text} not null, user_id ${int} not null, at_ms ${int} not null, request_id ${text}, reason ${text}, rule_sha256 ${text},
      run_id ${text}, model_id ${text}
    )`,
    'create index gate_move_by_target on gate_move (model, kind, target, id)',
    `create table gate_request (
      id ${id_never_reused}, request_id ${text} not null unique,
      model ${int} not null references registered_model (id) on delete cascade,
      version ${int} not null references model_version (id) on delete cascade, kind ${text} not null, target ${text} not null,
      state ${text} not null, bound_sha256 ${text} not null, rule_sha256 ${text} not null, root_sha256 ${text}, from_version ${int},
      missing ${text} not null, asked_by ${text} not null, asked_by_id ${int} not null, opened_ms ${int} not null,
      expires_ms ${int} not null, closed_ms ${int}, shown ${text}
    )`,
    'create index gate_request_of_version on gate_request (version, kind, target, id)',
    'create index gate_request_of_model on gate_request (model, id)',
    `create table gate_decision (
      request ${int} not null references gate_request (id) on delete cascade, kind ${text} not null, user_id ${int} not null,
      user_name ${text} not null, says ${text} not null, reason ${text} not null, at_ms ${int} not null,
      primary key (request, kind, user_id)
    ) ${clustered}`,
    `create table gate_fact (
      version ${int} not null references model_version (id) on delete cascade, fact ${text} not null, root_sha256 ${text},
      at_ms ${int} not null, primary key (version, fact)
    ) ${clustered}`,
  ],
}
