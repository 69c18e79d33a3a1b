type Members = Readonly<Record<string, unknown>>

/** XGBoost's file of one tree of three nodes, with what is to be otherwise in its tree and its learner. */
export function xgboostFile(tree: Members = {}, learner: Members = {}, format: 'json' | 'ubj' = 'json'): Buffer {
  const nodes = {
    tree_param: { size_leaf_vector: '1' },
    left_children: [1, -1, -1],
    right_children: [2, -1, -1],
    split_indices: [0, 0, 0],
    split_conditions: [0.5, -1, 1],
    default_left: [1, 0, 0],
    ...tree,
  }
  const parameters = { base_score: '5E-1', num_class: '0', num_feature: '2', num_target: '1' }
  const gradient_booster = { name: 'gbtree', model: { trees: [nodes], tree_info: [0] } }
  const whole = {
    learner: { objective: { name: 'reg:squarederror' }, learner_model_param: parameters, gradient_booster, attributes: {}, ...learner },
  }
  if (format === 'ubj') return ubjson(whole)
  return Buffer.from(JSON.stringify(whole).replaceAll('"NaN"', 'NaN'))
}

/** A value in UBJSON, as XGBoost writes it: numbers of a list in one type. */
function ubjson(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.concat([Buffer.from('S'), lengthOf(Buffer.byteLength(value)), Buffer.from(value)])
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')) return numbers(value)
  if (Array.isArray(value)) return Buffer.concat([Buffer.from('['), ...value.map(ubjson), Buffer.from(']')])
  const members = Object.entries(value as Members).map(([key, item]) =>
    Buffer.concat([lengthOf(Buffer.byteLength(key)), Buffer.from(key), ubjson(item)]),
  )
  return Buffer.concat([Buffer.from('{'), ...members, Buffer.from('}')])
}

function lengthOf(length: number): Buffer {
  const made = Buffer.from('L\0\0\0\0\0\0\0\0', 'latin1')
  made.writeBigInt64BE(BigInt(length), 1)
  return made
}

function numbers(values: readonly number[]): Buffer {
  const whole = values.every(Number.isInteger)
  const made = Buffer.alloc(values.length * 4)
  values.forEach((value, at) => {
    if (whole) made.writeInt32BE(value, at * 4)
    else made.writeFloatBE(value, at * 4)
  })
  return Buffer.concat([Buffer.from(`[$${whole ? 'l' : 'd'}#`), lengthOf(values.length), made])
}

/** LightGBM's text of one tree of two leaves, with what is to be otherwise in its tree and its header. */
export function lightgbmFile(tree: Readonly<Record<string, string>> = {}, header: Readonly<Record<string, string>> = {}): string {
  const lines = (keys: Readonly<Record<string, string>>): string =>
    Object.entries(keys)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('')
  const top = { max_feature_idx: '1', num_tree_per_iteration: '1', objective: 'regression', feature_names: 'a b', ...header }
  const nodes = {
    num_leaves: '2',
    split_feature: '0',
    threshold: '0.5',
    decision_type: '2',
    left_child: '-1',
    right_child: '-2',
    leaf_value: '-1 1',
    ...tree,
  }
  return `tree\n${lines(top)}\nTree=0\n${lines(nodes)}\n\nend of trees\n`
}

/** CatBoost's JSON of one tree of two leaves, or of nodes that ask each for itself. */
export function catboostFile(kind: 'oblivious_trees' | 'trees' = 'oblivious_trees', more: Members = {}): string {
  const split = { split_type: 'FloatFeature', float_feature_index: 0, border: 0.5 }
  const feature = (column: number): object => ({ flat_feature_index: column, feature_index: column, feature_id: `c${column}` })
  const tree =
    kind === 'trees' ? { split, left: { value: -1 }, right: { value: 1 } } : { splits: [split], leaf_values: [-1, 1], leaf_weights: [1, 1] }
  return JSON.stringify({
    features_info: { float_features: [feature(0), { ...feature(1), nan_value_treatment: 'AsTrue', has_nans: true }] },
    model_info: { params: { loss_function: { type: 'RMSE' } } },
    [kind]: [tree],
    scale_and_bias: [1, [0.5]],
    ...more,
  })
}
