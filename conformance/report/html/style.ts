/** The style sheet of the page: one face, two themes, colours that mean outcomes. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fbfbfa; --card: #fff; --ink: #1d2129; --soft: #646b78; --line: #e4e5e9;
  --code: #f4f4f2; --passed: #1f8a4c; --failed: #cf2e3f; --excluded: #b7791f;
  --unproved: #7c4fc4; --none: #c4c8d0; --also: #7aa7e0; --tint: 9%;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14161a; --card: #1b1e24; --ink: #e6e8ec; --soft: #98a0ad; --line: #2c3038;
    --code: #15171c; --passed: #3fb970; --failed: #f0616d; --excluded: #dba53a;
    --unproved: #a98ae8; --none: #474d59; --also: #4c7fbf; --tint: 16%;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 80px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0; letter-spacing: -.02em; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 52px 0 14px; letter-spacing: -.01em; }
p { margin: 6px 0; }
.soft { color: var(--soft); }
code, pre, .id { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre {
  background: var(--code); border: 1px solid var(--line); border-radius: 8px;
  padding: 12px 14px; overflow-x: auto; margin: 10px 0; tab-size: 2;
}
.wide { overflow-x: auto; }
.verdict {
  display: inline-block; margin: 0 0 14px; padding: 3px 13px; border-radius: 99px;
  font-weight: 600; color: #fff; background: var(--unproved);
}
.verdict.conformant, .verdict.whole { background: #1f8a4c; }
.verdict.non-conformant, .verdict.unreachable, .verdict.leaky { background: #cf2e3f; }
.facts { display: flex; flex-wrap: wrap; gap: 6px 26px; margin: 14px 0 26px; color: var(--soft); }
.facts b { color: var(--ink); font-weight: 600; }
.big { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; }
.big div {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px;
}
.big b { display: block; font-size: 26px; line-height: 1.2; font-weight: 650; }
.bar { display: block; width: 100%; height: 10px; margin: 16px 0 6px; border-radius: 5px; }
.passed { color: var(--passed); fill: var(--passed); }
.failed { color: var(--failed); fill: var(--failed); }
.excluded { color: var(--excluded); fill: var(--excluded); }
.unproved { color: var(--unproved); fill: var(--unproved); }
.not-applicable { color: var(--soft); fill: var(--none); }
.alert {
  border-left: 4px solid var(--failed); padding: 10px 14px; margin: 18px 0; border-radius: 6px;
  background: color-mix(in srgb, var(--failed) var(--tint), transparent);
}
details.card, .card {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  margin: 12px 0; padding: 0 18px;
}
details.card > summary { padding: 13px 0; cursor: pointer; list-style-position: outside; }
details.card[open] { padding-bottom: 16px; }
.card .sentence { border-left: 3px solid var(--line); padding-left: 12px; color: var(--soft); }
.del { color: var(--failed); } .ins { color: var(--passed); }
table { border-collapse: collapse; width: 100%; }
th {
  text-align: left; font-weight: 500; color: var(--soft); font-size: 13px; padding: 6px 10px;
  position: sticky; top: 0; background: var(--paper);
}
td { border-top: 1px solid var(--line); padding: 7px 10px; vertical-align: top; }
td.id { white-space: nowrap; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.area td { border-top: 0; padding-top: 22px; font-weight: 600; }
.cells { display: flex; flex-wrap: wrap; gap: 14px 22px; }
.cells figure { margin: 0; } .cells figcaption { font-size: 12px; color: var(--soft); }
.cells svg a:hover rect { stroke: var(--ink); stroke-width: 1.5; }
.filter { display: flex; flex-wrap: wrap; gap: 6px; margin: 18px 0 8px; }
.filter label {
  border: 1px solid var(--line); border-radius: 99px; padding: 2px 12px; cursor: pointer;
  background: var(--card); font-size: 13px;
}
.filter input { position: absolute; opacity: 0; }
.filter input:checked + span { font-weight: 650; }
.filter label:has(:checked) { border-color: var(--ink); }
.filter label:has(:focus-visible) { outline: 2px solid var(--also); }
.matrix:has(#only-failed:checked) tr[data-is]:not([data-is=failed]),
.matrix:has(#only-excluded:checked) tr[data-is]:not([data-is=excluded]),
.matrix:has(#only-unproved:checked) tr[data-is]:not([data-is=unproved]),
.matrix:has(#only-passed:checked) tr[data-is]:not([data-is=passed]),
.matrix:has(#only-none:checked) tr[data-is]:not([data-is=not-applicable]),
.matrix:not(:has(#only-all:checked)) tr.area { display: none; }
tr:target td { background: color-mix(in srgb, var(--also) 22%, transparent); }
svg text { font: 11px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: var(--ink); }
svg .label { fill: var(--soft); }
.lane { stroke: var(--line); }
.call { fill: color-mix(in srgb, var(--also) 28%, var(--card)); stroke: var(--also); }
.call.culprit {
  fill: color-mix(in srgb, var(--failed) 26%, var(--card)); stroke: var(--failed); stroke-width: 2;
}
.call.open { stroke-dasharray: 4 3; }
ol.calls { font-size: 13px; padding-left: 28px; } ol.calls .culprit { font-weight: 600; }
.killed { fill: var(--passed); } .alive { fill: var(--failed); } .collateral { fill: var(--excluded); }
.also { fill: var(--also); opacity: .55; } .band { fill: var(--line); opacity: .45; }
.column { fill: transparent; } .column:hover { fill: var(--ink); opacity: .12; }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: var(--soft); }
.key svg { vertical-align: -1px; }
footer { margin-top: 60px; color: var(--soft); font-size: 13px; }
a { color: inherit; }
@media print { main { max-width: none; padding: 0; } .filter { display: none; } }
`
