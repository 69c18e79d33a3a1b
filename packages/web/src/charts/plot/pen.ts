/** Draws on a canvas or into an SVG: coordinates are CSS pixels. In a line, null is a gap. */
export type Pen = {
  line(x: readonly number[], y: readonly (number | null)[], color: string, width?: number, alpha?: number): void
  area(x: readonly number[], low: readonly number[], high: readonly number[], color: string, alpha: number): void
  dot(x: number, y: number, radius: number, color: string): void
  box(x: number, y: number, width: number, height: number, color: string): void
  text(x: number, y: number, text: string, color: string, align?: 'left' | 'center' | 'right'): void
}

const FONT = '11px system-ui, sans-serif'

/** Runs of points without a gap. */
function stretches(x: readonly number[], y: readonly (number | null)[]): [number, number][][] {
  const out: [number, number][][] = []
  let open: [number, number][] | undefined
  for (let at = 0; at < x.length; at++) {
    const value = y[at]
    if (value === null || value === undefined) open = undefined
    else if (open) open.push([x[at] as number, value])
    else {
      open = [[x[at] as number, value]]
      out.push(open)
    }
  }
  return out
}

/** Draws on a canvas. */
export function canvasPen(context: CanvasRenderingContext2D): Pen {
  context.lineJoin = 'round'
  context.font = FONT
  context.textBaseline = 'middle'
  return {
    line(x, y, color, width = 1.5, alpha = 1) {
      context.globalAlpha = alpha
      context.strokeStyle = color
      context.lineWidth = width
      context.beginPath()
      for (const points of stretches(x, y)) {
        points.forEach(([left, top], at) => {
          if (at === 0) context.moveTo(left, top)
          else context.lineTo(left, top)
        })
        if (points.length === 1 && points[0]) context.lineTo(points[0][0] + 0.5, points[0][1])
      }
      context.stroke()
      context.globalAlpha = 1
    },
    area(x, low, high, color, alpha) {
      context.globalAlpha = alpha
      context.fillStyle = color
      context.beginPath()
      x.forEach((left, at) => {
        context.lineTo(left, high[at] as number)
      })
      for (let at = x.length - 1; at >= 0; at--) context.lineTo(x[at] as number, low[at] as number)
      context.fill()
      context.globalAlpha = 1
    },
    dot(x, y, radius, color) {
      context.fillStyle = color
      context.beginPath()
      context.arc(x, y, radius, 0, 2 * Math.PI)
      context.fill()
    },
    box(x, y, width, height, color) {
      context.fillStyle = color
      context.fillRect(x, y, width, height)
    },
    text(x, y, text, color, align = 'left') {
      context.fillStyle = color
      context.textAlign = align
      context.fillText(text, x, y)
    },
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
const short = (value: number): number => Math.round(value * 100) / 100
const ANCHOR = { left: 'start', center: 'middle', right: 'end' } as const

/** Collects what is drawn as an SVG document. */
export function svgPen(): { pen: Pen; document: (width: number, height: number, ground: string) => string } {
  const parts: string[] = []
  const pathOf = (points: readonly (readonly [number, number])[]): string => points.map(([x, y]) => `${short(x)},${short(y)}`).join(' ')
  const pen: Pen = {
    line(x, y, color, width = 1.5, alpha = 1) {
      for (const points of stretches(x, y)) {
        const look = `fill="none" stroke="${escaped(color)}" stroke-width="${width}" stroke-opacity="${alpha}" stroke-linejoin="round"`
        parts.push(`<polyline points="${pathOf(points)}" ${look}/>`)
      }
    },
    area(x, low, high, color, alpha) {
      const around = [
        ...x.map((left, at) => [left, high[at] as number] as const),
        ...x.map((left, at) => [left, low[at] as number] as const).reverse(),
      ]
      parts.push(`<polygon points="${pathOf(around)}" fill="${escaped(color)}" fill-opacity="${alpha}"/>`)
    },
    dot(x, y, radius, color) {
      parts.push(`<circle cx="${short(x)}" cy="${short(y)}" r="${radius}" fill="${escaped(color)}"/>`)
    },
    box(x, y, width, height, color) {
      parts.push(`<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" fill="${escaped(color)}"/>`)
    },
    text(x, y, text, color, align = 'left') {
      const where = `x="${short(x)}" y="${short(y)}" text-anchor="${ANCHOR[align]}" dominant-baseline="middle"`
      parts.push(`<text ${where} fill="${escaped(color)}" font-size="11" font-family="system-ui, sans-serif">${escaped(text)}</text>`)
    },
  }
  const document = (width: number, height: number, ground: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">` +
    `<rect width="${width}" height="${height}" fill="${escaped(ground)}"/>${parts.join('')}</svg>`
  return { pen, document }
}
