/// The style of the pages.
enum SheetStyle {
  /// The sheet's style, for both schemes of colour, narrow screens and paper.
  static let text = #"""
    :root {
      color-scheme: light dark;
      --back: #fbfaf8; --panel: #ffffff; --line: #d9d5cd; --text: #1d1b18; --soft: #5f5a52; --link: #0a58a8;
      --success: #1a7f37; --failure: #c42b1c; --error: #8a4b08; --skipped: #5b6070; --focus: #0a58a8; --stage: #e8e5df; --shade: #f1eee8; --plain: #3f6ea8;
    }
    @media (prefers-color-scheme: dark) {
      :root:not([data-theme="light"]) {
        --back: #161513; --panel: #201e1b; --line: #3b3833; --text: #efebe3; --soft: #b3aca0; --link: #8cc0f5;
        --success: #5ecb7a; --failure: #ff8a7c; --error: #f0b26a; --skipped: #b5bac8; --focus: #8cc0f5; --stage: #0e0d0c; --shade: #2a2724; --plain: #7fa9db;
      }
    }
    :root[data-theme="dark"] {
      color-scheme: dark;
      --back: #161513; --panel: #201e1b; --line: #3b3833; --text: #efebe3; --soft: #b3aca0; --link: #8cc0f5;
      --success: #5ecb7a; --failure: #ff8a7c; --error: #f0b26a; --skipped: #b5bac8; --focus: #8cc0f5; --stage: #0e0d0c; --shade: #2a2724; --plain: #7fa9db;
    }
    :root[data-theme="light"] { color-scheme: light; }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    html { background: var(--back); color: var(--text); font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; }
    h1, h2, h3, p, figure, blockquote, ul, dl, dd { margin: 0; padding: 0; }
    h1 { font-size: 17px; } h2 { font-size: 17px; } h3 { font-size: 14px; }
    code, kbd, .run { font: 12.5px/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    code { overflow-wrap: anywhere; }
    a { color: var(--link); }
    :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
    main:focus-visible, .left:focus-visible, h2:focus-visible { outline: none; }
    button, select, input { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 5px 9px; min-height: 32px; }
    input[type="range"] { padding: 0; }
    button { cursor: pointer; } button:hover:not(:disabled), a.plainbutton:hover, .chip:hover { border-color: var(--soft); }
    button:disabled { color: var(--soft); cursor: not-allowed; opacity: 0.65; }
    .skip { position: absolute; left: -9999px; } .skip:focus { left: 8px; top: 8px; z-index: 20; background: var(--panel); padding: 8px; }
    .top { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: baseline; justify-content: space-between; padding: 12px 16px 8px; }
    .title { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: baseline; }
    .run { color: var(--soft); }
    .banner { background: #ffe9a8; color: #3d2f00; padding: 7px 16px; border-block: 1px solid #d6b23e; }
    .note { padding: 12px 16px; color: var(--soft); }
    .findings { margin: 8px 16px; padding: 10px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
    .findings ul { list-style: none; } .findings li { margin-top: 6px; }
    .mark { display: inline-block; padding: 0 7px; border: 1px solid currentColor; border-radius: 10px; font-size: 12px; font-weight: 600; line-height: 1.6; white-space: nowrap; }
    .mark.v-success { color: var(--success); } .mark.v-failure { color: var(--failure); } .mark.v-error { color: var(--error); } .mark.v-skipped { color: var(--skipped); }
    .dot { display: inline-block; flex: none; width: 9px; height: 9px; border-radius: 50%; background: var(--skipped); }
    .dot.v-success { background: var(--success); } .dot.v-failure { background: var(--failure); border-radius: 1px; } .dot.v-error { background: var(--error); border-radius: 1px; transform: rotate(45deg); }
    main { flex: 1; display: flex; flex-direction: column; min-width: 0; }
    #sheet { flex: 1; display: flex; flex-direction: column; min-width: 0; }
    .tools, .chips, .stagetools, .casenav { display: flex; flex-wrap: wrap; gap: 8px; align-items: end; padding: 4px 16px; }
    .chips { align-items: center; padding-bottom: 8px; }
    .choice { display: inline-flex; flex-direction: column; gap: 1px; font-size: 12px; color: var(--soft); }
    .choice select, .choice input { font-size: 14px; color: var(--text); max-width: 100%; }
    .grow { flex: 1 1 180px; max-width: 420px; }
    .chip { display: inline-flex; align-items: center; gap: 6px; border: 1px solid var(--line); border-radius: 16px; padding: 3px 11px; min-height: 30px; background: var(--panel); color: inherit; text-decoration: none; }
    .chip[aria-pressed="true"], .chip[aria-current="true"] { background: var(--text); color: var(--back); border-color: var(--text); }
    #shown { color: var(--soft); margin-inline-start: 4px; } #picks { display: contents; }
    .plainbutton { display: inline-flex; align-items: center; border: 1px solid var(--line); border-radius: 6px; padding: 5px 10px; min-height: 32px; background: var(--panel); color: inherit; text-decoration: none; }
    .plainbutton.off { color: var(--soft); opacity: 0.6; } .plainbutton[aria-pressed="true"] { background: var(--text); color: var(--back); }
    .help { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 4px 16px; margin: 0 16px 8px; padding: 10px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
    kbd { border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: 0 5px; background: var(--shade); }
    .tabs { display: flex; gap: 2px; overflow-x: auto; padding: 0 16px; border-bottom: 1px solid var(--line); }
    .tabs button { border: 0; border-bottom: 3px solid transparent; border-radius: 0; background: none; white-space: nowrap; color: var(--soft); flex: none; max-width: 260px; overflow: hidden; text-overflow: ellipsis; }
    .tabs button[aria-selected="true"] { border-bottom-color: var(--link); color: var(--text); font-weight: 600; }
    .tabs button:focus-visible { outline-offset: -3px; }
    .scroller { position: relative; flex: 1 1 auto; height: 70vh; min-height: 340px; overflow: auto; background: var(--panel); border-top: 1px solid var(--line); contain: strict; }
    .columnhead { position: sticky; top: 0; z-index: 3; height: 34px; width: max-content; min-width: 100%; background: var(--shade); border-bottom: 1px solid var(--line); }
    .columns { position: relative; }
    .columnname { position: absolute; top: 0; padding: 7px 8px; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .corner { position: sticky; left: 0; z-index: 4; float: left; height: 33px; padding: 8px; background: var(--shade); color: var(--soft); font-size: 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; border-right: 1px solid var(--line); }
    .rows { position: relative; }
    .row { position: absolute; left: 0; border-bottom: 1px solid var(--line); }
    .flow .row { border-bottom: 0; }
    .rowname { position: sticky; left: 0; z-index: 2; float: left; height: 100%; padding: 8px; background: var(--shade); border-right: 1px solid var(--line); overflow: hidden; overflow-wrap: anywhere; }
    .rowname span { display: block; color: var(--soft); font-size: 12px; }
    .cell { position: absolute; top: 0; display: flex; flex-wrap: wrap; align-content: flex-start; gap: 6px; padding: 6px 0 0 6px; }
    .frame { display: block; color: inherit; text-decoration: none; border-radius: 4px; }
    .frame img, .blank { display: block; width: var(--side); height: var(--side); object-fit: contain; background: var(--stage); border-radius: 4px; }
    .frame.v-failure img, .frame.v-failure .blank { box-shadow: 0 0 0 2px var(--failure); } .frame.v-error img, .frame.v-error .blank { box-shadow: 0 0 0 2px var(--error); }
    .frame.v-skipped img { opacity: 0.75; }
    .blank { display: grid; place-items: center; font-size: 12px; color: var(--soft); background: repeating-linear-gradient(45deg, var(--stage) 0 8px, var(--shade) 8px 16px); }
    .caption { display: flex; align-items: center; gap: 5px; height: 20px; font-size: 11.5px; color: var(--soft); white-space: nowrap; overflow: hidden; }
    .caption bdi { overflow: hidden; text-overflow: ellipsis; }
    .more { display: grid; place-content: center; text-align: center; aspect-ratio: 1; border: 1px dashed var(--line); border-radius: 4px; font-weight: 600; }
    .empty { padding: 40px 16px; }
    .groups { padding: 8px 16px; } .groups ul { list-style: none; } .groups li { margin: 6px 0; }
    .chip.review { border-color: var(--link); color: var(--link); font-weight: 600; }
    .reviewbar { position: sticky; top: 0; z-index: 6; display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; padding: 8px 16px; background: var(--shade); border-block: 1px solid var(--line); }
    #review:not([hidden]) ~ #case .hint { display: none; }
    @media (min-width: 861px) { #review:not([hidden]) ~ #case .stagebox { top: 62px; } #review:not([hidden]) ~ #case .stage { height: max(320px, calc(100vh - 460px)); } }
    .left { display: flex; flex-direction: column; min-width: 96px; } .left b { font-size: 17px; font-variant-numeric: tabular-nums; } .left span { font-size: 12px; color: var(--soft); }
    .decide { display: flex; flex-wrap: wrap; gap: 6px; } .decide.end { margin-inline-start: auto; }
    #review { display: contents; } .decide kbd { color: var(--soft); margin-inline-start: 4px; font-size: 11.5px; }
    #approve:not(:disabled) { border-color: var(--success); color: var(--success); font-weight: 600; } #reject:not(:disabled) { border-color: var(--failure); color: var(--failure); font-weight: 600; }
    .noteform .choice { gap: 6px; } .noteform { display: flex; flex-wrap: wrap; gap: 8px; align-items: end; padding: 8px 16px; background: var(--panel); border-bottom: 1px solid var(--line); } .noteform[hidden] { display: none; } .noteform .grow { max-width: 640px; }
    .reviewmessage { flex: 1 1 200px; align-self: center; color: var(--soft); overflow-wrap: anywhere; } .reviewmessage.bad { color: var(--failure); }
    .strips { padding: 2px 16px 8px; border-bottom: 1px solid var(--line); } .strips .note { padding: 8px 0; } .stripnote { color: var(--soft); font-size: 12.5px; } .stripname { padding: 6px 0 2px; }
    .queue { display: flex; gap: 10px; overflow-x: auto; padding: 7px; position: relative; list-style: none; }
    .waiting { flex: none; position: relative; } .waiting a { position: relative; display: block; width: 72px; height: 72px; border-radius: 4px; box-shadow: 0 0 0 1px var(--line); }
    .waiting.v-failure a { box-shadow: 0 0 0 2px var(--failure); } .waiting a[aria-current="true"] { outline: 3px solid var(--focus); outline-offset: 3px; }
    .waiting.picked a { box-shadow: 0 0 0 4px var(--link); } .waiting img, .waiting .blank { display: block; width: 72px; height: 72px; object-fit: contain; background: var(--stage); border-radius: 4px; }
    .times { position: absolute; right: 3px; bottom: 3px; padding: 0 6px; border-radius: 9px; background: rgb(20, 19, 17); color: #fff; font-size: 12px; font-weight: 600; }
    .waiting input { position: absolute; left: 2px; top: 2px; opacity: 0.85; }
    input[type="checkbox"] { width: 24px; height: 24px; min-height: 0; margin: 0; accent-color: var(--link); }
    #case { padding-bottom: 16px; min-width: 0; }
    #case > h2 { padding: 6px 16px; overflow-wrap: anywhere; }
    .casenav { padding-top: 8px; } .reason, .hint { padding: 0 16px 6px; }
    .casebody { display: grid; grid-template-columns: minmax(0, 1fr) minmax(300px, 400px); gap: 16px; padding: 0 16px; }
    .stagebox { min-width: 0; position: sticky; top: 8px; align-self: start; }
    #scale { align-self: center; padding-top: 14px; color: var(--soft); }
    .stagetools { padding: 6px 0; }
    .modes { display: flex; flex-wrap: wrap; gap: 2px; }
    .modes button[aria-checked="true"] { background: var(--text); color: var(--back); }
    .stage { display: grid; gap: 6px; height: min(62vh, 760px); min-height: 300px; touch-action: none; cursor: grab; }
    .stage:active { cursor: grabbing; } .stage.overregion { cursor: zoom-in; }
    .regionbox { position: absolute; border: 1px dashed #fff; outline: 1px solid rgba(0, 0, 0, 0.6); pointer-events: none; min-width: 4px; min-height: 4px; }
    .panes-2 { grid-template-columns: 1fr 1fr; } .panes-3 { grid-template-columns: 1fr 1fr 1fr; } .panes-4 { grid-template-columns: 1fr 1fr; } .panes-5, .panes-6 { grid-template-columns: 1fr 1fr 1fr; }
    .pane { position: relative; overflow: hidden; border-radius: 6px; border: 1px solid var(--line); background: repeating-conic-gradient(var(--stage) 0 25%, var(--shade) 0 50%) 0 0 / 24px 24px; user-select: none; }
    .pane img { position: absolute; left: 0; top: 0; max-width: none; transform-origin: 0 0; pointer-events: none; }
    .pane img.pixelated { image-rendering: pixelated; }
    .panename { position: absolute; left: 6px; top: 6px; z-index: 1; max-width: calc(100% - 12px); padding: 1px 8px; border-radius: 9px; background: rgba(20, 19, 17, 0.82); color: #fff; font-size: 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .overlaid .panename { white-space: normal; }
    .pane.swipe::after { content: ""; position: absolute; top: 0; bottom: 0; left: var(--edge, 50%); width: 2px; background: #fff; box-shadow: 0 0 0 1px #000; }
    .readout { min-height: 30px; padding: 5px 0; } .readout > * { margin-inline-end: 10px; }
    .swatch { display: inline-block; width: 14px; height: 14px; border: 1px solid var(--soft); border-radius: 3px; vertical-align: -2px; }
    .legend, .regions { display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: center; font-size: 12.5px; color: var(--soft); padding: 2px 0; }
    .legend i { display: inline-block; width: 14px; height: 14px; border-radius: 3px; margin-inline-end: 5px; vertical-align: -2px; }
    .heat1 { background: rgb(66, 120, 200); } .heat2 { background: rgb(250, 220, 60); } .heat3 { background: rgb(245, 130, 30); } .heat4 { background: rgb(215, 25, 60); }
    .regions .plainbutton { min-height: 28px; padding: 2px 8px; color: var(--text); } .regions .plainbutton[aria-pressed="true"] { color: var(--back); }
    .casefacts { min-width: 0; display: flex; flex-direction: column; gap: 12px; }
    blockquote { border-inline-start: 3px solid var(--line); padding: 2px 0 2px 10px; white-space: pre-wrap; overflow-wrap: anywhere; }
    table { border-collapse: collapse; width: 100%; } caption { text-align: start; font-weight: 600; padding: 2px 0; }
    th, td { text-align: start; vertical-align: top; padding: 4px 10px 4px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
    .facts th { font-weight: 400; color: var(--soft); width: 34%; } .checks th { color: var(--text); }
    .figures { display: grid; gap: 0 12px; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); font-size: 12.5px; color: var(--soft); margin-top: 3px; }
    .figures div { display: flex; justify-content: space-between; gap: 8px; } .figures dt { overflow-wrap: anywhere; } .figures dd { color: var(--text); font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
    ins { text-decoration: none; background: color-mix(in srgb, var(--success) 22%, transparent); } del { background: color-mix(in srgb, var(--failure) 18%, transparent); }
    .lines { padding-inline-start: 18px; overflow-wrap: anywhere; white-space: pre-wrap; }
    .about { padding: 10px 16px; border-top: 1px solid var(--line); color: var(--soft); } .about summary { cursor: pointer; min-height: 24px; } .about table { max-width: 900px; margin: 10px 0; }
    .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(260px, 360px)); gap: 20px; padding: 10px 0; }
    .plots figcaption { font-weight: 600; color: var(--text); } .plots svg { width: 100%; height: auto; background: var(--shade); border-radius: 4px; } .plots p { display: flex; justify-content: space-between; font-size: 12px; }
    rect.v-success { fill: var(--success); } rect.v-failure { fill: var(--failure); } rect.v-error { fill: var(--error); } rect.v-skipped { fill: var(--skipped); } rect.v-plain { fill: var(--plain); }
    .plots text { font-size: 9.5px; fill: var(--text); }
    .plain main { display: block; } nav[aria-label="Pages"] { padding: 6px 16px; }
    nav [aria-current="page"] { font-weight: 700; text-decoration: none; color: inherit; }
    .listed { margin: 10px 16px; padding: 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); content-visibility: auto; contain-intrinsic-size: auto 320px; overflow-wrap: anywhere; }
    .listed .reason { padding: 4px 0; } .listed .hint { padding: 0; } .strip, .listed .checks { list-style: none; } .strip { display: flex; flex-wrap: wrap; gap: 8px; padding: 8px 0; } .strip span { display: block; font-size: 12px; color: var(--soft); } .strip img { display: block; max-width: 160px; max-height: 160px; }
    .listed .facts { color: var(--soft); } .listed .facts span { margin-inline-end: 12px; } .line { white-space: pre-wrap; }
    @media (max-width: 860px) {
      .casebody { grid-template-columns: minmax(0, 1fr); }
      .stagebox { position: static; } .stage { height: 62vh; } .panes-3, .panes-5, .panes-6 { grid-template-columns: 1fr 1fr; }
    }
    @media (max-width: 480px) {
      .top, .tools, .chips, .casenav, .reviewbar, .noteform, .strips { padding-inline: 10px; } .decide.end { margin-inline-start: 0; } .decide kbd { display: none; } .reviewbar { gap: 6px 8px; } .tools .choice { flex: 1 1 28%; min-width: 0; } .tools .grow { flex-basis: 60%; max-width: none; } .casebody, .reason, .hint, #case > h2 { padding-inline: 10px; }
      .panes-2, .panes-3 { grid-template-columns: 1fr; }
    }
    @media (prefers-reduced-motion: no-preference) { .frame img { transition: box-shadow 0.12s; } }
    @media (forced-colors: active) { .dot, .swatch, .legend i, rect { forced-color-adjust: none; } }
    @media print {
      html { background: #fff; color: #000; font-size: 11px; }
      #review, .tools, .chips, .casenav, .skip, .stagetools, .modes, .help, .tabs, .readout, .regions { display: none !important; }
      .scroller { height: auto; overflow: visible; contain: none; border: 0; } .columnhead { display: none; }
      .rows { height: auto !important; width: auto !important; } .row { position: static; height: auto !important; width: auto !important; break-inside: avoid; display: flex; flex-wrap: wrap; } .rowname, .cell { position: static; width: auto !important; float: none; height: auto; }
      .casebody { display: block; } .stage { height: 12cm; } .listed { break-inside: avoid; content-visibility: visible; }
    }

    """#
}
