/** How the page of a migration looks, light and dark. */
export const pageStyle = `
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --bar: #4184e4 }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
h1 { font-size: 1.4rem; overflow-wrap: anywhere } h2 { font-size: 1.1rem; margin-top: 2rem }
.verdict { font-weight: 600 } .good { color: var(--good) } .bad { color: var(--bad) }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem }
.tile { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem }
.tile b { display: block; font-size: 1.4rem } .tile.failed b, .tile.left b, .tile.conflict b { color: var(--bad) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem }
dt { opacity: .7 } dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace }
figure { margin: 0 } svg { width: 100%; height: 10rem; background: #8881 } rect { fill: var(--bar) }
figcaption { display: flex; justify-content: space-between; font-size: .85rem; opacity: .8 }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: .85rem }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .6rem; text-align: left; vertical-align: top }
td { font-family: ui-monospace, monospace } .bars { width: 100% } .bars td:nth-child(2) { width: 80% }
.bars th { white-space: nowrap; font-weight: 400 } .bar { display: block; height: 1rem; background: none }
`
