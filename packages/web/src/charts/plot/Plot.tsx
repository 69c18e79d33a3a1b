import { type ReactNode, type RefObject, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { saveAs } from '../../parts/save.ts'
import { canvasPen, type Pen, svgPen } from './pen.ts'

/** What is drawn with: the size in CSS pixels, and the colours of the page as a canvas knows them. */
export type Sheet = {
  readonly width: number
  readonly height: number
  readonly text: string
  readonly line: string
  readonly ground: string
}
export type Draw = (pen: Pen, sheet: Sheet) => void

/** Takes what is drawn as a file. */
export type Saver = { readonly save: (title: string, as: 'png' | 'svg', legend: readonly { name: string; color: string }[]) => void }

type Props = {
  readonly draw: Draw
  readonly height: number
  readonly label: string
  readonly saver?: RefObject<Saver | null> | undefined
  readonly onPointer?: ((event: React.PointerEvent, sheet: Sheet) => void) | undefined
  readonly children?: ReactNode
}

const NARROWEST_PX = 120
const TITLE_PX = 28
const LEGEND_PX = 18
const SAVED_SCALE = 2

/** A canvas as wide as there is room, that is drawn anew when what it shows, its width or the theme changes. */
export function Plot({ draw, height, label, saver, onPointer, children }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [width, setWidth] = useState(0)
  const theme = useTheme()
  useEffect(() => {
    const element = place.current
    if (!element) return
    const watch = new ResizeObserver(() => setWidth(Math.max(NARROWEST_PX, element.clientWidth)))
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context || width === 0) return
    const scale = devicePixelRatio || 1
    element.width = width * scale
    element.height = height * scale
    context.scale(scale, scale)
    draw(canvasPen(context), sheetOf(element, width, height))
  }, [draw, width, height, theme])
  useImperativeHandle(saver, () => ({
    save(title, as, legend) {
      if (!canvas.current || width === 0) return
      const sheet = sheetOf(canvas.current, width, height)
      const whole = height + TITLE_PX + legend.length * LEGEND_PX
      const all: Draw = (pen) => {
        draw(pen, sheet)
        pen.text(8, height + TITLE_PX / 2, title, sheet.text)
        legend.forEach(({ name, color }, at) => {
          const y = height + TITLE_PX + (at + 0.5) * LEGEND_PX
          pen.box(8, y - 4, 12, 8, color)
          pen.text(26, y, name, sheet.text)
        })
      }
      saveDrawn(title.replaceAll('/', '-'), as, all, { ...sheet, height: whole })
    },
  }))
  return (
    <div
      ref={place}
      className="canvas"
      {...(onPointer && {
        onPointerMove: (event) => canvas.current && onPointer(event, sheetOf(canvas.current, width, height)),
        onPointerDown: (event) => canvas.current && onPointer(event, sheetOf(canvas.current, width, height)),
        onPointerUp: (event) => canvas.current && onPointer(event, sheetOf(canvas.current, width, height)),
        onPointerLeave: (event) => canvas.current && onPointer(event, sheetOf(canvas.current, width, height)),
      })}
    >
      <canvas ref={canvas} role="img" aria-label={label} style={{ width: '100%', height }} />
      {children}
    </div>
  )
}

function saveDrawn(name: string, as: 'png' | 'svg', draw: Draw, sheet: Sheet): void {
  if (as === 'svg') {
    const { pen, document } = svgPen()
    draw(pen, sheet)
    saveAs(`${name}.svg`, 'image/svg+xml', document(sheet.width, sheet.height, sheet.ground))
    return
  }
  const picture = document.createElement('canvas')
  picture.width = sheet.width * SAVED_SCALE
  picture.height = sheet.height * SAVED_SCALE
  const context = picture.getContext('2d')
  if (!context) return
  context.scale(SAVED_SCALE, SAVED_SCALE)
  const pen = canvasPen(context)
  pen.box(0, 0, sheet.width, sheet.height, sheet.ground)
  draw(pen, sheet)
  picture.toBlob((blob) => blob && saveAs(`${name}.png`, 'image/png', blob), 'image/png')
}

/** A canvas knows no `light-dark()`: the browser works colours out as those of an element. */
function sheetOf(element: HTMLElement, width: number, height: number): Sheet {
  const style = getComputedStyle(element)
  return { width, height, text: style.color, line: style.borderTopColor, ground: style.backgroundColor }
}

function useTheme(): string {
  const [dark, setDark] = useState(false)
  const [chosen, setChosen] = useState(() => document.documentElement.style.colorScheme)
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)')
    const onChange = (): void => setDark(media.matches)
    const watch = new MutationObserver(() => setChosen(document.documentElement.style.colorScheme + document.documentElement.className))
    onChange()
    media.addEventListener('change', onChange)
    watch.observe(document.documentElement, { attributes: true })
    return () => {
      media.removeEventListener('change', onChange)
      watch.disconnect()
    }
  }, [])
  return `${dark} ${chosen}`
}
