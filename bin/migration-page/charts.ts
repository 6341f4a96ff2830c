import { escapeMarkup } from '../../conformance/report/escape.js'
import { formatDuration, formatRate } from '../format.js'

const WIDTH = 720
const HEIGHT = 160

/** Bytes per stretch of time as a curve. */
export function rateChart(buckets: readonly number[], bucketMs: number): string {
  if (buckets.length === 0) return '<p>nothing was read</p>'
  const top = Math.max(...buckets)
  const step = WIDTH / buckets.length
  const bars = buckets.map((bytes, index) => {
    const height = top === 0 ? 0 : (bytes / top) * HEIGHT
    const from = `${(index * step).toFixed(2)}" y="${(HEIGHT - height).toFixed(2)}`
    const size = `width="${Math.max(step - 0.5, 0.5).toFixed(2)}" height="${height.toFixed(2)}"`
    return `<rect x="${from}" ${size}><title>${formatRate(bytes, bucketMs)}</title></rect>`
  })
  const peak = formatRate(top, bucketMs)
  const whole = formatDuration(buckets.length * bucketMs)
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="at most ${peak} in ${whole}">${bars.join('')}</svg>
<figcaption><span>0</span><span>peak ${peak}</span><span>${whole}</span></figcaption></figure>`
}

/** Labelled amounts as bars that lie. */
export function barChart(
  bars: readonly { readonly label: string; readonly value: number }[],
): string {
  const top = Math.max(1, ...bars.map(({ value }) => value))
  const rows = bars.map(
    ({ label, value }) =>
      `<tr><th>${escapeMarkup(label)}</th><td><div class="bar" style="width:${((value / top) * 100).toFixed(1)}%"></div></td><td>${value.toLocaleString('en')}</td></tr>`,
  )
  return `<table class="bars"><tbody>${rows.join('')}</tbody></table>`
}
