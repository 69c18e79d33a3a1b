// Shows openapi.json: a list to filter, each endpoint unfolding into its parameters, its answer and a call to copy. What comes from the
// description is set as text, never as HTML.

const root = new URL('..', location.href)
const filter = document.querySelector('#filter')
const list = document.querySelector('#endpoints')
const rooms = document.querySelector('#rooms')
const count = document.querySelector('#count')
const METHODS = ['get', 'post', 'put', 'patch', 'delete']

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

const typeOf = (schema) => {
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  if (schema.type === 'array') return `${typeOf(schema.items ?? {})}[]`
  if (schema.anyOf) return schema.format ?? schema.anyOf.map(typeOf).join(' | ')
  return schema.format ?? schema.type ?? 'any JSON'
}

const LIMITS = {
  minLength: (n) => (n === 1 ? 'not empty' : `${n} characters or more`),
  maxLength: (n) => `up to ${n.toLocaleString('en')} characters`,
  minItems: (n) => `${n} or more`,
  maxItems: (n) => `up to ${n.toLocaleString('en')}`,
  maxProperties: (n) => `up to ${n.toLocaleString('en')} keys`,
  minimum: (n) => (n <= Number.MIN_SAFE_INTEGER ? undefined : `from ${n.toLocaleString('en')}`),
  maximum: (n) => (n >= Number.MAX_SAFE_INTEGER ? undefined : `to ${n.toLocaleString('en')}`),
  pattern: (text) => `matches ${text}`,
  default: (value) => `${JSON.stringify(value)} when left out`,
}

function notesOf(schema, description) {
  const limits = Object.entries(LIMITS).map(([name, say]) => (schema[name] === undefined ? undefined : say(schema[name])))
  return [description ?? schema.description, ...limits].filter(Boolean).join(' · ')
}

function field(name, schema, { mark = '', description, isAnswer = false } = {}) {
  const item = make('li', {}, make('code', { textContent: name }), make('span', { className: 'type', textContent: typeOf(schema) }))
  if (mark) item.append(make('span', { className: 'mark', textContent: mark }))
  const notes = notesOf(schema, description)
  if (notes) item.append(make('p', { textContent: notes }))
  const inner = schema.type === 'array' ? schema.items : schema
  if (inner?.properties) item.append(fieldsOf(inner, isAnswer, true))
  return item
}

/** What must be sent is marked, and so is what an answer may lack. */
function markOf(schema, name, isAnswer) {
  const isThere = (schema.required ?? []).includes(name)
  if (isAnswer) return isThere ? '' : 'may be absent'
  return isThere ? 'required' : ''
}

function fieldsOf(schema, isAnswer = false, isNested = false) {
  const items = Object.entries(schema.properties ?? {}).map(([name, inner]) =>
    field(name, inner, { mark: markOf(schema, name, isAnswer), isAnswer }),
  )
  if (items.length === 0) return make('p', { textContent: isNested ? '' : 'An empty object.' })
  return make('ul', { className: 'fields' }, ...items)
}

const SAMPLES = { string: 'text', integer: 0, number: 0.5, boolean: true }

function sample(schema) {
  if (schema.enum) return schema.enum[0]
  if (schema.type === 'array') return [sample(schema.items ?? {})]
  if (schema.anyOf) return sample(schema.anyOf[0])
  if (schema.type !== 'object') return SAMPLES[schema.type] ?? {}
  const needed = (schema.required ?? []).map((name) => [name, sample(schema.properties[name])])
  return Object.fromEntries(needed)
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`

function exampleOf({ method, path, operation, body }) {
  const url = new URL(`.${path}`, root)
  const needed = (operation.parameters ?? []).filter((one) => one.in === 'query' && one.required)
  const query = needed.map((one) => `${one.name}=${encodeURIComponent(sample(one.schema))}`).join('&')
  const address = decodeURI(url.href) + (query && `?${query}`)
  const lines = [`curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}${quoted(address)}`]
  if (body) lines.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(sample(body)))}`)
  else if (operation.requestBody) lines.push('--data-binary @file')
  return lines.join(' \\\n  ')
}

function example(entry) {
  const text = exampleOf(entry)
  const button = make('button', { type: 'button', textContent: 'Copy' })
  button.addEventListener('click', async () => {
    const done = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    )
    button.textContent = done ? 'Copied' : 'Not allowed'
    setTimeout(() => {
      button.textContent = 'Copy'
    }, 1500)
  })
  return make('div', { className: 'example' }, make('pre', { tabIndex: 0 }, make('code', { textContent: text })), button)
}

function titled(title, ...content) {
  return content.length === 0 ? [] : [make('h3', { textContent: title }), ...content]
}

function inside(entry) {
  const { operation, body } = entry
  const parameters = operation.parameters ?? []
  const group = (where) => {
    const found = parameters.filter((one) => one.in === where)
    const items = found.map((one) => field(one.name, one.schema, { mark: one.required ? 'required' : '', description: one.description }))
    return items.length === 0 ? [] : [make('ul', { className: 'fields' }, ...items)]
  }
  const answer = operation.responses['200']
  const schema = answer.content?.['application/json']?.schema
  return make(
    'div',
    { className: 'inside' },
    make('p', { textContent: operation.description.replace(`${operation.summary}. `, '') }),
    ...titled('In the path', ...group('path')),
    ...titled('In the query', ...group('query')),
    ...titled('In the body', ...(body ? [fieldsOf(body)] : [])),
    ...titled('Answer', schema ? fieldsOf(schema, true) : make('p', { textContent: `${answer.description}.` })),
    ...titled('Call', example(entry)),
  )
}

function shown(entry) {
  const [, prefix = '', rest = entry.path] = /^(\/api\/\d\.0\/?)(.+)$/.exec(entry.path) ?? []
  const path = make('span', { className: 'path' }, make('span', { className: 'prefix', textContent: prefix }), rest)
  const summary = make(
    'summary',
    {},
    make('span', { className: `method ${entry.method}`, textContent: entry.method.toUpperCase() }),
    path,
    make('span', { className: 'says', textContent: entry.operation.summary }),
  )
  const details = make('details', { className: 'endpoint', id: entry.operation.operationId }, summary)
  // Filled when it is first opened: the list is there at once.
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(inside(entry))
    if (details.open) history.replaceState(null, '', `#${details.id}`)
  })
  return details
}

function entriesOf(description) {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]).map((method) => {
      const operation = methods[method]
      const body = operation.requestBody?.content?.['application/json']?.schema
      const fields = [...(operation.parameters ?? []).map((one) => one.name), ...Object.keys(body?.properties ?? {})]
      const words = `${method} ${path} ${operation.summary} ${fields.join(' ')}`.toLowerCase()
      return { method, path, operation, body, words, tag: operation.tags[0] }
    }),
  )
}

function show(entries) {
  const byTag = [...Map.groupBy(entries, (entry) => entry.tag)].sort(([a], [b]) => Number(a === 'server') - Number(b === 'server'))
  for (const [tag, ofTag] of byTag) {
    const section = make('section', { id: `room-${tag}` }, make('h2', { textContent: tag }))
    for (const entry of ofTag) {
      entry.element = shown(entry)
      section.append(entry.element)
    }
    const link = make('a', { href: `#room-${tag}` }, tag, make('span', { textContent: ofTag.length }))
    rooms.append(link)
    list.append(section)
  }
}

function narrow(entries) {
  const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean)
  let found = 0
  for (const entry of entries) {
    const fits = wanted.every((word) => entry.words.includes(word))
    entry.element.hidden = !fits
    if (fits) found++
  }
  for (const section of list.querySelectorAll('section')) section.hidden = !section.querySelector('details:not([hidden])')
  if (wanted.length === 0) count.textContent = `${entries.length} endpoints`
  else count.textContent = found === 0 ? 'No endpoint has all these words.' : `${found} of ${entries.length} endpoints`
}

/** Arrows go from one endpoint to the next, `/` to the filter, Escape empties it; Enter opens, as in every <details>. */
function onKey(event) {
  const isTyping = event.target === filter
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault()
    filter.select()
  } else if (event.key === 'Escape') {
    filter.value = ''
    filter.dispatchEvent(new Event('input'))
    filter.focus()
  } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const all = [...list.querySelectorAll('section:not([hidden]) details:not([hidden]) > summary')]
    const at = all.indexOf(document.activeElement)
    if (at < 0 && !isTyping) return
    event.preventDefault()
    const next = event.key === 'ArrowDown' ? at + 1 : at - 1
    ;(all[next] ?? (next < 0 ? filter : all.at(-1))).focus()
  }
}

function openLinked() {
  const linked = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (!linked) return
  if (linked.tagName === 'DETAILS') linked.open = true
  linked.scrollIntoView()
}

try {
  const answer = await fetch(new URL('openapi.json', root))
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`)
  const entries = entriesOf(await answer.json())
  show(entries)
  narrow(entries)
  filter.addEventListener('input', () => narrow(entries))
  document.addEventListener('keydown', onKey)
  addEventListener('hashchange', openLinked)
  openLinked()
} catch (error) {
  count.textContent = `The description could not be loaded: ${error.message}. Reload the page to try again.`
}
