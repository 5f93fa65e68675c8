extension StyleSheet {
  /// For what the script builds.
  static let viewer = """
    .viewer, .viewer * { box-sizing: border-box; }
    .viewer {
      --paper: #ffffff; --ink: #16181d; --dim: #565b64; --line: #d9dce1; --control: #f3f4f6; --accent: #0b57d0;
      position: relative; display: flex; flex-direction: column; width: 100%; height: 100vh; height: 100dvh; overflow: hidden;
      background: var(--paper); color: var(--ink); color-scheme: light;
      font: 13px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Verdana, sans-serif;
      -webkit-text-size-adjust: 100%; text-size-adjust: 100%;
    }
    @media (prefers-color-scheme: dark) {
      :root:not([data-theme=light]) .viewer {
        --paper: #17181c; --ink: #f4f4f5; --dim: #a4a8b0; --line: #34373e; --control: #24262c; --accent: #8ab4f8;
        color-scheme: dark;
      }
    }
    :root[data-theme=dark] .viewer {
      --paper: #17181c; --ink: #f4f4f5; --dim: #a4a8b0; --line: #34373e; --control: #24262c; --accent: #8ab4f8;
      color-scheme: dark;
    }
    .flamegraph-page { margin: 0; }

    .head { flex: none; max-height: 60%; overflow: auto; padding: 8px 12px 6px; border-bottom: 1px solid var(--line); }
    .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 16px; justify-content: space-between; }
    .bar.low { margin-top: 6px; }
    .viewer h1 { margin: 0; font-size: 17px; font-weight: 650; overflow-wrap: anywhere; unicode-bidi: isolate; }
    .viewer p { margin: 2px 0 0; }
    .tools { display: flex; flex-wrap: wrap; gap: 6px; }
    .viewer button, .viewer input {
      font: inherit; color: inherit; background: var(--control); border: 1px solid var(--line); border-radius: 6px;
      padding: 3px 10px; min-height: 30px;
    }
    .viewer button { cursor: pointer; }
    .viewer button:hover { border-color: var(--dim); }
    .viewer button:disabled { opacity: 0.45; cursor: default; }
    .viewer :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
    .search { display: flex; flex: 1 1 220px; margin: 0; }
    .search input { flex: 1; min-width: 120px; width: 240px; border-radius: 6px 0 0 6px; }
    .search input:focus-visible { position: relative; z-index: 1; }
    .search input[aria-invalid] { border-color: #d93025; box-shadow: inset 0 0 0 1px #d93025; }
    .viewer .regex { border-left: 0; border-radius: 0 6px 6px 0; font-family: ui-monospace, "DejaVu Sans Mono", monospace; }
    .regex[aria-pressed=true] { background: var(--accent); color: var(--paper); }
    .lines { color: var(--dim); font-size: 12px; }
    .command { font-family: ui-monospace, "DejaVu Sans Mono", monospace; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; unicode-bidi: isolate; }
    .facts span:not(:last-child)::after { content: " · "; }
    .note { color: var(--ink); }
    .note .more { color: var(--accent); }
    .note summary { cursor: pointer; list-style-position: inside; }
    .legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 0; padding: 0; list-style: none; font-size: 12px; color: var(--dim); }
    .legend li { display: flex; align-items: center; }
    .legend svg { flex: none; }
    .legend span { margin-left: 5px; }
    .result { font-size: 12px; font-weight: 600; }
    .result:empty { position: absolute; }

    .scroll { flex: 1; min-height: 0; overflow-x: hidden; overflow-y: auto; }
    .canvas { display: block; user-select: none; -webkit-user-select: none; touch-action: pan-y; }
    .canvas text { fill: var(--ink); }
    .canvas.pointing { cursor: pointer; }
    .frames [role=treeitem] { outline: none; }
    .frames .above { opacity: 0.6; }
    .frames .miss { opacity: 0.25; }
    .frames .match text { font-weight: 600; }
    .matches { fill: #c2185b; }
    .slivers.miss { opacity: 0.3; }
    .hidden { fill: var(--line); }
    .ring { fill: none; stroke: var(--accent); stroke-width: 2.5; pointer-events: none; }
    .ring.hover { stroke: var(--ink); stroke-width: 1.5; }
    .viewer:not(.keys) .ring:not(.hover), .canvas:not(:focus-within) .ring:not(.hover) { visibility: hidden; }

    .card {
      position: absolute; z-index: 2; max-width: min(560px, 100% - 12px); padding: 8px 12px; pointer-events: none;
      background: var(--paper); border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 4px 18px rgba(0, 0, 0, 0.25);
      font-size: 12px;
    }
    .viewer [hidden] { display: none; }
    .card .name { font-size: 13px; font-weight: 650; }
    .card .name, .card .full, .card .where {
      overflow-wrap: anywhere; unicode-bidi: isolate; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 6; overflow: hidden;
    }
    .card .full { margin-top: 3px; font: 11px/1.35 ui-monospace, "DejaVu Sans Mono", monospace; }
    .card .where, .card .kind { margin-top: 3px; color: var(--dim); }
    .card table { margin-top: 5px; border-collapse: collapse; font-variant-numeric: tabular-nums; }
    .card th { padding: 0 12px 0 0; font-weight: 400; text-align: left; color: var(--dim); }
    .card td { padding: 0 12px 0 0; text-align: right; white-space: nowrap; }
    .viewer .card .close { display: none; }
    .card.docked { position: relative; flex: none; max-width: none; max-height: 45%; overflow: auto; border-width: 1px 0 0; border-radius: 0; box-shadow: none; pointer-events: auto; padding-right: 48px; }
    .viewer .card.docked .close { display: block; position: absolute; top: 6px; right: 8px; }

    .help {
      position: absolute; z-index: 3; top: 50px; right: 12px; width: min(430px, 100% - 24px); max-height: 85%; overflow: auto; padding: 14px 16px;
      background: var(--paper); border: 1px solid var(--line); border-radius: 10px; box-shadow: 0 6px 28px rgba(0, 0, 0, 0.3);
    }
    .help th { padding: 1px 16px 1px 0; text-align: left; white-space: nowrap; }
    .help p { color: var(--dim); }
    .help > button { margin-top: 10px; }

    @media (max-width: 600px) {
      .head { padding: 6px 8px; }
      .tools { width: 100%; }
      .search { flex-basis: 100%; }
      .viewer input { font-size: 16px; }
      .viewer button { min-height: 34px; }
      .tools > button:disabled { display: none; }
      .lines { font-size: 12px; }
    }
    @media (max-height: 480px) { .lines { display: none; } }

    """
}
