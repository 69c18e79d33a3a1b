import type { Estimator } from '../../estimator.ts'
import type { Inputs } from '../../matrix.ts'
import { NearestHeap } from './heap.ts'
import { type Metric, metricOf } from './metrics.ts'
import { NeighbourTree } from './tree.ts'

/** The nearest training rows of a row, nearest first, and how much each counts: until the next row is asked for. */
export type Near = { readonly places: Int32Array; readonly weights: Float64Array }
export type Search = { readonly known: number; readonly count: number; near(rows: Float64Array, at: number): Near }

/** Finds neighbours as the estimator was fitted to: by its tree, or by looking at all training rows. @throws Refused */
export function searchOf(estimator: Estimator, { columns }: Inputs): Search {
  const metric = metricOf(estimator, columns)
  const by_distance = estimator.oneOf('weights', ['uniform', 'distance']) === 'distance'
  const method = estimator.oneOf('_fit_method', ['kd_tree', 'ball_tree', 'brute'])
  const { known, find } = method === 'brute' ? throughAll(estimator, columns, metric) : throughTree(estimator, columns, metric)
  const count = estimator.count('n_neighbors', 1, known)
  const heap = new NearestHeap(count)
  const weights = new Float64Array(count)
  return {
    known,
    count,
    near(rows, at) {
      heap.clear()
      find(rows, at, heap)
      heap.sort()
      if (by_distance) weigh(heap, metric, weights)
      else weights.fill(1)
      return { places: heap.places, weights }
    },
  }
}

type Find = { readonly known: number; find(rows: Float64Array, at: number, heap: NearestHeap): void }

function throughTree(estimator: Estimator, columns: number, metric: Metric): Find {
  const tree = new NeighbourTree(estimator, columns, metric)
  return { known: tree.known, find: (rows, at, heap) => tree.search(rows, at, heap) }
}

/**
 * Looks at the training rows in their order. Python does so too up to 256 of them; more it shares out to its processor's cores where no
 * more rows are asked for than there are of them, and the number of cores then decides between rows at the same distance. And Euclid's
 * distances it computes by products of matrices, whose rounding goes by the processor: rows that are equally far here may not be so there.
 */
function throughAll(estimator: Estimator, columns: number, { compared }: Metric): Find {
  const known = estimator.array('_fit_X').shape[0] ?? 0
  const points = estimator.numbers('_fit_X', [known, columns])
  const own = new NearestHeap(estimator.count('n_neighbors', 1, known))
  return {
    known,
    find(rows, at, heap) {
      const is_shared_out = rows.length / columns <= known
      const found = is_shared_out ? own : heap
      found.clear()
      for (let point = 0; point < known; point++) found.push(compared(rows, at, points, point * columns), point)
      // What a core found goes from its heap to the one of all, which puts equals into another order.
      if (is_shared_out)
        for (let one = 0; one < own.places.length; one++) heap.push(own.distances[one] as number, own.places[one] as number)
    },
  }
}

/** The nearer, the more it counts; and nothing but what lies on the very place, where something does. */
function weigh({ distances }: NearestHeap, { distanceOf }: Metric, weights: Float64Array): void {
  let is_on_it = false
  for (let one = 0; one < weights.length; one++) {
    weights[one] = 1 / distanceOf(distances[one] as number)
    if (weights[one] === Number.POSITIVE_INFINITY) is_on_it = true
  }
  if (!is_on_it) return
  for (let one = 0; one < weights.length; one++) weights[one] = weights[one] === Number.POSITIVE_INFINITY ? 1 : 0
}
