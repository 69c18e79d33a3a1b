import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { api } from '../../api.ts'
import { count } from '../../format.ts'
import { Choice } from '../../parts/Choice.tsx'
import { Loading, Problem } from '../../parts/Loading.tsx'
import { Scroll } from '../../parts/Scroll.tsx'
import { fileAddress, type Owner } from '../files.ts'
import { type Box, type Drawing, layered } from './layers.ts'
import { NotShown, Pieces } from './pieces.ts'
import { type Graph, readGraph } from './read-graph.ts'

const BOX = { width: 148, height: 40, across: 168, down: 68 }
const PAST = 36
const DRAWN_MAX = 300
const COLUMNS_MAX = 24
const LISTED_MAX = 1_000

/** The graph of an ONNX model: drawn where it can be taken in at a glance, and as a list of its operators. */
export function OnnxGraph({ owner, path, size }: { owner: Owner; path: string; size: number }) {
  const found = useQuery({
    queryKey: ['onnx', owner, path],
    retry: false,
    queryFn: ({ signal }) =>
      readGraph(
        new Pieces(size, async (start, end) => {
          const headers = { range: `bytes=${start}-${end - 1}` }
          const answer = await api.request(`/${fileAddress(owner, path)}`, { headers }, { signal })
          return new Uint8Array(await answer.arrayBuffer())
        }),
      ),
  })
  if (found.error instanceof NotShown) return <p className="faint">{found.error.message}</p>
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading />
  return <Shown graph={found.data} name={path} />
}

function Shown({ graph, name }: { graph: Graph; name: string }) {
  const drawing = useMemo(() => layered(graph), [graph])
  const isSmall = drawing.boxes.length <= DRAWN_MAX && drawing.columns <= COLUMNS_MAX
  const [as, setAs] = useState<'graph' | 'list'>(isSmall ? 'graph' : 'list')
  return (
    <>
      <div className="bar">
        {isSmall && <Choice legend="How it is shown" options={{ graph: 'Graph', list: 'List' }} value={as} onChange={setAs} />}
        <span className="faint">
          {graph.more ? 'the first ' : ''}
          {count(graph.nodes.length, 'operator')}, {count(graph.weights.size, 'tensor')} of weights
          {graph.producer && `, by ${graph.producer}`}
          {graph.opsets.length > 0 && `, ${graph.opsets.join(', ')}`}
          {!isSmall && '. It is too large to be drawn.'}
        </span>
      </div>
      {as === 'graph' ? <Drawn drawing={drawing} label={`Graph of ${name}`} /> : <Listed graph={graph} />}
    </>
  )
}

const leftOf = ({ column }: Box): number => column * BOX.across + 10
const topOf = ({ layer }: Box): number => layer * BOX.down + 10
const short = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** From box to box; past the boxes between them where there may be some. */
function curve(a: Box, b: Box): string {
  const [top, end] = [topOf(a), topOf(b)]
  if (b.layer - a.layer > 1) {
    const [from, to] = [leftOf(a) + BOX.width, leftOf(b) + BOX.width]
    const out = Math.max(from, to) + PAST
    return `M${from},${top + BOX.height / 2}C${out},${top + BOX.height / 2} ${out},${end + BOX.height / 2} ${to},${end + BOX.height / 2}`
  }
  const [from, to] = [leftOf(a) + BOX.width / 2, leftOf(b) + BOX.width / 2]
  const half = (top + BOX.height + end) / 2
  return `M${from},${top + BOX.height}C${from},${half} ${to},${half} ${to},${end}`
}

function Drawn({ drawing: { boxes, edges, columns, layers }, label }: { drawing: Drawing; label: string }) {
  const [width, height] = [columns * BOX.across + PAST, layers * BOX.down]
  return (
    <Scroll label={label} look="tall">
      <svg className="graph" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        {edges.map(({ from, to, name }) => {
          const [a, b] = [boxes[from], boxes[to]]
          if (!a || !b) return null
          return (
            <path key={`${from} ${to} ${name}`} d={curve(a, b)}>
              <title>{name}</title>
            </path>
          )
        })}
        {boxes.map((box, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two operators may be all alike
          <g key={at} className={box.kind} transform={`translate(${leftOf(box)},${topOf(box)})`}>
            <title>{box.about.join('\n')}</title>
            <rect width={BOX.width} height={BOX.height} rx={box.kind === 'node' ? 4 : BOX.height / 2} />
            <text x={BOX.width / 2} y={box.detail ? 17 : 25}>
              {short(box.title, 20)}
            </text>
            {box.detail && (
              <text className="detail" x={BOX.width / 2} y={32}>
                {short(box.detail, 26)}
              </text>
            )}
          </g>
        ))}
      </svg>
    </Scroll>
  )
}

function Listed({ graph: { nodes, inputs, outputs, weights } }: { graph: Graph }) {
  const [from, to] = [inputs, outputs].map((values) => values.map(({ name, type }) => `${name} ${type}`.trim()).join(', '))
  return (
    <>
      <p className="faint">
        From {from || 'nothing'} to {to || 'nothing'}
      </p>
      <Scroll label="Operators" look="tall">
        <table>
          <thead>
            <tr>
              <th className="number">No.</th>
              <th>Operator</th>
              <th>Takes</th>
              <th>Makes</th>
              <th>Settings</th>
            </tr>
          </thead>
          <tbody>
            {nodes.slice(0, LISTED_MAX).map((node, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two operators may be all alike
              <tr key={at}>
                <td className="number">{at + 1}</td>
                <td title={node.name}>{node.op}</td>
                <td className="wide">
                  {node.inputs.map((name) => (weights.has(name) ? `${name} (${weights.get(name)})` : name)).join(', ')}
                </td>
                <td className="wide">{node.outputs.join(', ')}</td>
                <td className="wide">{node.settings.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {nodes.length > LISTED_MAX && <p className="faint">and {count(nodes.length - LISTED_MAX, 'more operator')}.</p>}
    </>
  )
}
