const isoMillis =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/** Whether `text` is a real instant, spelled as ISO 8601 UTC with milliseconds. */
export function isIsoMillis(text: string): boolean {
  const [, year, month, day] = isoMillis.exec(text) ?? []
  return year !== undefined && Number(day) <= daysIn(Number(year), Number(month))
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}
