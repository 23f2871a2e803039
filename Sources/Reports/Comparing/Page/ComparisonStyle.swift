/// What the pages of a comparison add to the sheet's style.
enum ComparisonStyle {
  /// The style, for both schemes of colour, narrow screens and paper.
  static let text = #"""
    :root { --across: #b3261e; --first: #0a58a8; --second: #6b5900; }
    @media (prefers-color-scheme: dark) { :root { --across: #ff8a7c; --first: #8cc0f5; --second: #d8c25a; } }
    h4 { margin: 0; font-size: 14px; }
    .block { margin: 0; padding: 8px 16px; } .block h2 { padding: 6px 0; } .block > p { padding: 3px 0; } .soft { color: var(--soft); } .block .note { padding: 6px 0; } .block nav[aria-label="Pages"] { padding-inline: 0; }
    .sides { padding: 0 16px; display: grid; gap: 2px; } .sides div { display: flex; gap: 10px; overflow-wrap: anywhere; } .sides dt { font-weight: 700; } .sides + nav { padding-top: 8px; }
    .banner + .sides { padding-top: 8px; }
    .verdicts { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: baseline; }
    .wide { overflow-x: auto; max-width: 100%; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); margin: 6px 0; }
    .wide table { width: auto; min-width: 100%; } .wide caption { padding: 6px 10px; } .wide th, .wide td { padding: 5px 10px; overflow-wrap: normal; white-space: nowrap; } .wide thead th { border-top: 0; background: var(--shade); font-weight: 600; font-size: 12.5px; }
    .wide tbody th { position: sticky; left: 0; background: var(--panel); max-width: 320px; white-space: normal; overflow-wrap: anywhere; font-weight: 400; min-width: 120px; }
    .heat td { text-align: end; font-variant-numeric: tabular-nums; } .heat td a { display: block; color: inherit; text-decoration: none; margin: -5px -10px; padding: 5px 10px; } .heat td a:hover { text-decoration: underline; } .heat thead th { text-align: end; } .heat thead th:first-child { text-align: start; }
    .figurestable td { font-variant-numeric: tabular-nums; }
    .heat td[class] { border-inline-start: 1px solid var(--panel); }
    .h0 { background: #dfeee4; color: #10361c; } .h1 { background: #f0ecd2; color: #3a3200; } .h2 { background: #fbd27c; color: #3a2600; } .h3 { background: #f28f3b; color: #2a1200; } .h4 { background: #a8201a; color: #ffffff; } .hx { background: #dcdde3; color: #26282f; }
    .legend i.h0, .legend i.h1, .legend i.hx { box-shadow: 0 0 0 1px var(--soft); }
    .away { position: absolute; left: -9999px; }
    .evidence { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 440px); gap: 12px 24px; padding: 8px 0; } .evidence > div p { padding-bottom: 5px; }
    .spread { grid-column: 2; } .evidence > div { grid-row: 1; } .spread figcaption { font-weight: 600; } .spread svg { display: block; width: 100%; height: auto; background: var(--shade); border-radius: 4px; }
    .spread text { font-size: 9.5px; fill: var(--text); } .spread .words { font-size: 12px; color: var(--soft); }
    .key { display: flex; flex-wrap: wrap; gap: 2px 12px; font-size: 12.5px; } .k-across { color: var(--across); } .k-first { color: var(--first); } .k-second { color: var(--second); }
    .d-grid { stroke: var(--line); stroke-width: 0.7; fill: none; } .d-across { fill: var(--across); } .d-first { fill: none; stroke: var(--first); stroke-width: 1.1; } .d-second { fill: none; stroke: var(--second); stroke-width: 1.1; } .d-mean { stroke: var(--text); stroke-width: 1.3; fill: none; }
    .promptpart { content-visibility: visible; scroll-margin-top: 8px; } .promptpart:target, .seed:target { box-shadow: 0 0 0 3px var(--focus); }
    .seed { padding: 8px 4px 2px; border-top: 1px solid var(--line); } .seed h4 .soft { font-weight: 400; }
    .pairs { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 520px), 1fr)); gap: 10px 24px; padding: 6px 0; } .pairs > li { min-width: 0; overflow-wrap: anywhere; }
    .pairs .strip { padding: 5px 0; } .pairs .strip > li { max-width: 160px; } .pairs .strip .blank { width: 160px; height: 120px; padding: 8px; text-align: center; }
    .pairs summary, .block summary { cursor: pointer; min-height: 24px; }
    @media (max-width: 860px) { .evidence { grid-template-columns: minmax(0, 1fr); } .spread { grid-column: 1; } .evidence > div { grid-row: auto; } }
    @media (max-width: 480px) { .block, .sides, nav[aria-label="Pages"] { padding-inline: 10px; } .listed.promptpart { margin-inline: 6px; padding: 10px; } .pairs .strip { flex-wrap: nowrap; gap: 5px; } .pairs .strip > li { flex: 1 1 0; min-width: 0; } .pairs .strip img { max-width: 100%; } .pairs .strip .blank { width: auto; height: 90px; padding: 3px; } .wide tbody th { max-width: 150px; } }
    @media (forced-colors: active) { .d-across, .d-first, .d-second, .d-mean, .heat td { forced-color-adjust: none; } }
    @media print { .wide { overflow: visible; border: 0; } .heat td, .legend i, .d-across { print-color-adjust: exact; -webkit-print-color-adjust: exact; } .seed, .spread { break-inside: avoid; } nav { display: none; } }

    """#
}
