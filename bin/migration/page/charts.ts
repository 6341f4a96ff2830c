import { type Html, html } from '../../../src/protocol/html.js'
import { formatDuration, formatRate } from '../../terminal/format.js'

const WIDTH = 720
const HEIGHT = 160

/** Bytes per stretch of time as a curve. */
export function rateChart(buckets: readonly number[], bucketMs: number): Html {
  if (buckets.length === 0) return html`<p>nothing was read</p>`
  const top = Math.max(...buckets)
  const step = WIDTH / buckets.length
  const bars = buckets.map((bytes, index) => {
    const height = top === 0 ? 0 : (bytes / top) * HEIGHT
    return html`<rect
      x="${(index * step).toFixed(2)}"
      y="${(HEIGHT - height).toFixed(2)}"
      width="${Math.max(step - 0.5, 0.5).toFixed(2)}"
      height="${height.toFixed(2)}"
    >
      <title>${formatRate(bytes, bucketMs)}</title>
    </rect>`
  })
  const peak = formatRate(top, bucketMs)
  const whole = formatDuration(buckets.length * bucketMs)
  return html`<figure>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="at most ${peak} in ${whole}">
      ${bars}
    </svg>
    <figcaption><span>0</span><span>peak ${peak}</span><span>${whole}</span></figcaption>
  </figure>`
}

/** Labelled amounts as bars that lie. */
export function barChart(
  bars: readonly { readonly label: string; readonly value: number }[],
): Html {
  const top = Math.max(1, ...bars.map(({ value }) => value))
  const rows = bars.map(
    ({ label, value }) =>
      html`<tr>
        <th>${label}</th>
        <td>
          <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
            <rect width="${((value / top) * 100).toFixed(1)}" height="1" />
          </svg>
        </td>
        <td>${value.toLocaleString('en')}</td>
      </tr>`,
  )
  return html`<table class="bars">
    <tbody>
      ${rows}
    </tbody>
  </table>`
}
