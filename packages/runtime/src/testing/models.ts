import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** LightGBM's text for one tree: 1 where `a` is at most 0.5, and 2 elsewhere. */
const LIGHTGBM = `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=regression
feature_names=a b
feature_infos=[0:1] [0:1]
tree_sizes=330

Tree=0
num_leaves=2
num_cat=0
split_feature=0
split_gain=1
threshold=0.5
decision_type=2
left_child=-1
right_child=-2
leaf_value=1 2
leaf_weight=1 1
leaf_count=1 1
internal_value=0
internal_weight=2
internal_count=2
is_linear=0
shrinkage=1


end of trees
`

const MLMODEL = `flavors:
  lightgbm:
    data: model.lgb
    lgb_version: 4.7.0
    model_class: lightgbm.basic.Booster
  python_function:
    data: model.lgb
    loader_module: mlflow.lightgbm
mlflow_version: 3.17.2
saved_input_example_info:
  serving_input_path: serving_input_example.json
  type: dataframe
signature:
  inputs: '[{"type": "double", "name": "a", "required": true}, {"type": "double", "name":
    "b", "required": true}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]'
`

/** The files of a logged model, as MLflow writes them. */
export const loggedFiles = (): Record<string, string | Buffer> => ({
  MLmodel: MLMODEL,
  'model.lgb': LIGHTGBM,
  'serving_input_example.json': '{"dataframe_split": {"columns": ["a", "b"], "data": [[0.1, 1], [0.9, 1]]}}',
})

/** A folder with these files, until the test ends. */
export function folderOf(t: { after(work: () => void): void }, files: Record<string, string | Buffer>): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-logged-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}
