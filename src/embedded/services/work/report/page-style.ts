/** One stylesheet inside the page: system fonts, light and dark, fit to print. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1d2530; --soft: #5b6470; --line: #d9dee6; --paper: #fff; --band: #f5f7fa; --accent: #0b63a5 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf1; --soft: #a3adba; --line: #3a4350; --paper: #171b21; --band: #1f252d; --accent: #6db7ee } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 3rem 1.5rem 4rem }
h1 { font-size: 2.1rem; line-height: 1.2; margin: 0 0 2rem; padding-bottom: 1rem; border-bottom: 3px solid var(--accent) }
h2 { font-size: 1.35rem; margin: 2.5rem 0 .75rem }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; color: var(--soft) }
p { margin: 0 0 1rem; max-width: 46rem }
.note { color: var(--soft); font-size: .85rem; border-left: 3px solid var(--line); padding-left: .8rem }
figure { margin: 2rem 0; padding: 1rem; border: 1px solid var(--line); border-radius: 8px; background: #fff; overflow-x: auto }
figure img { display: block; max-width: 100%; height: auto; margin: 0 auto }
figcaption { color: #5b6470; font-size: .85rem; text-align: center; margin-top: .5rem }
.scroll { overflow-x: auto; margin: 0 0 1.25rem }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums }
th, td { padding: .45rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap }
th:first-child, td:first-child { text-align: left }
thead th { background: var(--band); border-bottom: 2px solid var(--line) }
tbody tr:hover { background: var(--band) }
@media print { main { max-width: none; padding: 0 } figure, table { break-inside: avoid } }
`;
