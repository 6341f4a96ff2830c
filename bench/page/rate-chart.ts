import { type Html, html } from '../../src/protocol/html.js'
import { type RatePlot, round } from '../row.js'

const WIDTH = 480
const HEIGHT = 120

/** Megabytes a second while it went, as a curve. */
export function rateChart({ title, megabytesPerSecond: rates }: RatePlot): Html {
  if (rates.length === 0) return html``
  const top = Math.max(...rates)
  const step = WIDTH / rates.length
  const bars = rates.map((rate, second) => {
    const height = top === 0 ? 0 : (rate / top) * HEIGHT
    return html`<rect
      class="rate"
      x="${(second * step).toFixed(2)}"
      y="${(HEIGHT - height).toFixed(2)}"
      width="${Math.max(0.5, step - 1).toFixed(2)}"
      height="${height.toFixed(2)}"
    >
      <title>second ${second + 1}: ${round(rate)} MB/s</title>
    </rect>`
  })
  return html`<figure class="plot">
    <h3>${title}</h3>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">${bars}</svg>
    <p class="key"><span>peak ${round(top)} MB/s</span><span>${rates.length} s</span></p>
  </figure>`
}
