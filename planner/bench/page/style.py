"""Style of the page of a campaign, on a screen and on A4."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 "Noto Sans", "Helvetica Neue", Arial, sans-serif; color: #1a1a1a; background: #fff;
  max-width: 1180px; margin: 0 auto; padding: 24px; }
h1 { font-size: 1.8em; margin: 0 0 4px; }
h2 { font-size: 1.33em; margin: 1.7em 0 6px; border-bottom: 2px solid #1a1a1a; padding-bottom: 3px; }
h3 { font-size: 1.07em; margin: 1.1em 0 6px; }
p.lead { font-size: 1.07em; margin: 0 0 8px; }
p.where, p.key, figcaption { color: #555; font-size: .87em; }
ul.findings { margin: 8px 0; padding-left: 20px; }
small { color: #555; font-size: .9em; }
div.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9em; }
th { text-align: left; vertical-align: bottom; border-bottom: 1.5px solid #888; padding: 3px 9px 3px 0; }
td { border-bottom: 1px solid #e3e3e3; padding: 3px 9px 3px 0; vertical-align: top; }
table.scores td:nth-child(n+2):nth-child(-n+7), table.scores th:nth-child(n+2):nth-child(-n+7) { text-align: right; }
table.words td { max-width: 620px; overflow-wrap: anywhere; }
table.matrix { font-size: .8em; }
table.matrix th[scope=col] { padding: 0 2px 4px; }
table.matrix th[scope=col] span { writing-mode: vertical-rl; transform: rotate(180deg); font-weight: 500;
  white-space: nowrap; }
table.matrix th[scope=col]:first-child span { writing-mode: horizontal-tb; transform: none; }
table.matrix th[scope=row] { white-space: nowrap; font-weight: 500; border-bottom: 1px solid #e3e3e3; }
table.matrix td { text-align: right; padding: 3px 4px; border-left: 1px solid #e3e3e3; }
td.feasible_timeout, td.timeout { background: #fff3d6; }
td.unproved { background: #ece6f7; }
td.out_of_memory, td.error, td.crash { background: #fbdcd0; }
td.wrong, td.conflict { background: #a3112f; color: #fff; font-weight: 700; }
td.unsupported, td.unlicensed, td.size_limited { color: #767676; }
figure { margin: 14px 0; max-width: 860px; }
figure svg { width: 100%; height: auto; }
svg text { font-size: 12px; fill: #1a1a1a; }
@media print {
  @page { size: A4 landscape; margin: 12mm; }
  body { font-size: 11px; max-width: none; padding: 0; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  figure { max-width: 560px; }
  h2 { break-after: avoid; }
  tr, figure { break-inside: avoid; }
  div.wide { overflow: visible; }
}
"""
