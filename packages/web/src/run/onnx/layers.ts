import type { Graph } from './read-graph.ts'

/** A box of the drawing: what goes into the model, an operator, or what comes out. */
export type Box = {
  readonly kind: 'input' | 'node' | 'output'
  readonly title: string
  readonly detail: string
  readonly about: readonly string[]
  readonly column: number
  readonly layer: number
}
export type Edge = { readonly from: number; readonly to: number; readonly name: string }
export type Drawing = { readonly boxes: readonly Box[]; readonly edges: readonly Edge[]; readonly columns: number; readonly layers: number }

const SWEEPS = 3

/**
 * Where the boxes of a graph stand: each a layer below the lowest that it takes from, and within a layer near the mean of its neighbours
 * (the layers and the barycentres of Sugiyama, Tagawa and Toda, 1981). A value that only a later node makes is no edge: so there is no
 * circle.
 */
export function layered(graph: Graph): Drawing {
  const boxes: (Omit<Box, 'column' | 'layer'> & { layer: number })[] = []
  const edges: Edge[] = []
  const makers = new Map<string, number>()
  for (const { name, type } of graph.inputs) {
    makers.set(name, boxes.push({ kind: 'input', title: name, detail: type, about: ['input', name, type], layer: 0 }) - 1)
  }
  const connect = (names: readonly string[], to: number): number => {
    let layer = 0
    for (const name of new Set(names)) {
      const from = makers.get(name)
      if (from === undefined) continue
      edges.push({ from, to, name })
      layer = Math.max(layer, (boxes[from]?.layer ?? 0) + 1)
    }
    return layer
  }
  for (const { op, name, inputs, outputs, settings } of graph.nodes) {
    const weights = inputs.flatMap((one) => graph.weights.get(one) ?? [])
    const about = [op, name, ...settings, ...weights.map((type) => `weights ${type}`)].filter(Boolean)
    const layer = connect(inputs, boxes.length)
    const at = boxes.push({ kind: 'node', title: op, detail: weights[0] ?? settings[0] ?? '', about, layer }) - 1
    for (const output of outputs) if (output !== '') makers.set(output, at)
  }
  for (const { name, type } of graph.outputs) {
    const layer = connect([name], boxes.length)
    boxes.push({ kind: 'output', title: name, detail: type, about: ['output', name, type], layer })
  }
  const columns = columnsOf(boxes, edges)
  return {
    boxes: boxes.map((box, at) => ({ ...box, column: columns[at] as number })),
    edges,
    columns: Math.max(0, ...columns) + 1,
    layers: boxes.reduce((most, { layer }) => Math.max(most, layer), 0) + 1,
  }
}

function columnsOf(boxes: readonly { layer: number }[], edges: readonly Edge[]): number[] {
  const layers: number[][] = []
  boxes.forEach(({ layer }, at) => {
    layers[layer] ??= []
    layers[layer].push(at)
  })
  const columns = boxes.map(() => 0)
  const place = (layer: readonly number[]): void => {
    const widest = Math.max(...layers.map((one) => one?.length ?? 0))
    const left = Math.floor((widest - layer.length) / 2)
    layer.forEach((at, index) => {
      columns[at] = left + index
    })
  }
  for (const layer of layers) if (layer) place(layer)
  const [above, below] = [boxes.map((): number[] => []), boxes.map((): number[] => [])]
  for (const { from, to } of edges) {
    above[to]?.push(from)
    below[from]?.push(to)
  }
  const meanOf = (at: number, near: readonly (readonly number[])[]): number => {
    const places = near[at] ?? []
    return places.length === 0 ? (columns[at] as number) : places.reduce((sum, one) => sum + (columns[one] as number), 0) / places.length
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isDown = sweep % 2 === 0
    for (const layer of isDown ? layers : layers.toReversed()) {
      if (!layer) continue
      const mean = new Map(layer.map((at) => [at, meanOf(at, isDown ? above : below)]))
      layer.sort((a, b) => (mean.get(a) as number) - (mean.get(b) as number))
      place(layer)
    }
  }
  return columns
}
