import { style as reportStyle } from '../../conformance/report/html/style.js'

/** The style of the conformance report, and what plots need besides. */
export const style: string = `${reportStyle}
.met { color: var(--passed); } .missed { color: var(--failed); }
td .word { font-weight: 600; white-space: nowrap; }
.goal { stroke: var(--ink); stroke-width: 2; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 28px; }
.plot { margin: 0; } .plot svg { width: 100%; height: auto; } .key svg { width: 14px; }
.rate { fill: var(--also); }
.line { fill: none; stroke-width: 2; } .dot { stroke: none; }
.line0 { stroke: #3b7dd8; fill: #3b7dd8; } .line1 { stroke: #d8743b; fill: #d8743b; }
.line2 { stroke: #2f9e6b; fill: #2f9e6b; } .line3 { stroke: #b04fc4; fill: #b04fc4; }
.line4 { stroke: #c43d55; fill: #c43d55; } .line5 { stroke: #8a7a1f; fill: #8a7a1f; }
.line6 { stroke: #2aa3b5; fill: #2aa3b5; } .line7 { stroke: #7b7f88; fill: #7b7f88; }
polyline.line { fill: none; }
`
