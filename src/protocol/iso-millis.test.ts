import { expect, it } from 'vitest'
import { isIsoMillis } from './iso-millis.js'

it.each(['2026-11-22T11:59:46.552Z', '2024-02-29T00:00:00.000Z', '2000-02-29T23:59:59.999Z'])(
  'takes %s for an instant',
  (text) => expect(isIsoMillis(text)).toBe(true),
)

it.each([
  '2026-02-29T00:00:00.000Z',
  '1900-02-29T00:00:00.000Z',
  '2026-04-31T00:00:00.000Z',
  '2026-13-01T00:00:00.000Z',
  '2026-11-22T24:00:00.000Z',
  '2026-11-22T11:59:46Z',
  '2026-11-22T11:59:46.552+00:00',
  '2026-11-22 11:59:46.552Z',
  '',
])('does not take %j for an instant', (text) => expect(isIsoMillis(text)).toBe(false))
