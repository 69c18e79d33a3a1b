import { saveAs } from '../parts/save.ts'

const TITLE_PX = 28
const LINE_PX = 18

/** A chart as a PNG: its title, what is drawn as it is drawn, and below it the names of the lines, on the page's ground. */
export function savePicture(title: string, chart: HTMLElement, lines: readonly { name: string; color: string }[]): void {
  const drawn = chart.querySelector('canvas')
  const picture = document.createElement('canvas')
  const context = picture.getContext('2d')
  if (!drawn || !context) return
  const scale = devicePixelRatio
  const style = getComputedStyle(chart)
  picture.width = drawn.width
  picture.height = drawn.height + (TITLE_PX + lines.length * LINE_PX) * scale
  context.fillStyle = style.backgroundColor
  context.fillRect(0, 0, picture.width, picture.height)
  context.drawImage(drawn, 0, TITLE_PX * scale)
  context.scale(scale, scale)
  context.textBaseline = 'middle'
  context.fillStyle = style.color
  context.font = '600 13px system-ui'
  context.fillText(title, 8, TITLE_PX / 2)
  context.font = '12px system-ui'
  lines.forEach(({ name, color }, at) => {
    const y = drawn.height / scale + TITLE_PX + (at + 0.5) * LINE_PX
    context.fillStyle = color
    context.fillRect(8, y - 4, 12, 8)
    context.fillStyle = style.color
    context.fillText(name, 26, y)
  })
  picture.toBlob((blob) => blob && saveAs(`${title.replaceAll('/', '-')}.png`, 'image/png', blob), 'image/png')
}
