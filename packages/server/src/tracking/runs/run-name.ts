import { randomInt } from 'node:crypto'

const ADJECTIVES = (
  'amber brisk calm clever crisp curious daring deep eager early even fair fine fleet fond fresh gentle glad golden grand green happy ' +
  'honest humble keen kind lively lucid lucky mellow merry mild mossy neat nimble noble novel open patient plain polite prime proud ' +
  'quick quiet rapid rare ready robust round rustic sandy serene sharp silver sleek smart smooth snug solid spry steady still stout ' +
  'subtle sunny sure swift tender tidy timely tranquil true vivid warm whole windy witty woven young'
).split(' ')
const NOUNS = (
  'acorn alder anvil arbor ash aspen axle barley basin beacon beck birch bobbin bramble brook burr cedar chaff channel clover cog ' +
  'conduit corn current dam delta dew dune eddy elm falcon fern flour flume ford gear grain granite grist grove harbor harvest ' +
  'hawthorn hazel heron hopper ivy jetty kiln kingfisher lark ledge lever linden loam loom maple marsh meadow mill mortar ' +
  'oak oat otter pebble pine ' +
  'plover pond poplar quarry quern reed ridge rill river rush rye sail shaft sieve sluice spelt spindle spring stone stream swallow ' +
  'thistle thresher tide timber torrent trout turbine valley wharf wheat wheel willow wren'
).split(' ')

/** A name for a run that was given none: `quiet-sluice-417`. Names need not be unique. */
export const generatedRunName = (): string =>
  `${ADJECTIVES[randomInt(ADJECTIVES.length)]}-${NOUNS[randomInt(NOUNS.length)]}-${randomInt(1000)}`
