'use strict';
// Version 2: dark with amber, two columns, entries as a wall of cards.
const { escape, time } = require('./html');

const version = 'v2';

const style = `
  :root { color-scheme: dark; --sand: #f4a93b; --night: #17120d; --panel: #241c14; --line: #40321f; --ink: #f5ebdc; --dim: #b7a48a; }
  * { box-sizing: border-box; }
  body { margin: 0; font: 16px/1.55 Georgia, 'Times New Roman', serif; color: var(--ink); background: var(--night); min-height: 100vh; display: grid; grid-template-columns: 360px 1fr; }
  aside { background: var(--panel); border-right: 1px solid var(--line); padding: 40px 32px; }
  aside h1 { margin: 0; font-size: 34px; line-height: 1.15; color: var(--sand); }
  aside > p { color: var(--dim); margin: 10px 0 28px; }
  .badge { display: inline-block; margin-bottom: 20px; padding: 3px 12px; border: 1px solid var(--sand); border-radius: 4px; color: var(--sand); font: 600 13px system-ui, sans-serif; letter-spacing: .06em; text-transform: uppercase; }
  label { display: block; font: 600 13px system-ui, sans-serif; color: var(--dim); margin-bottom: 4px; }
  input, textarea { width: 100%; font: inherit; color: var(--ink); background: #120e0a; border: 1px solid var(--line); border-radius: 4px; padding: 10px 12px; margin-bottom: 16px; }
  input:focus, textarea:focus { outline: 2px solid var(--sand); border-color: transparent; }
  button { width: 100%; font: 700 15px system-ui, sans-serif; color: var(--night); background: var(--sand); border: 0; border-radius: 4px; padding: 12px; cursor: pointer; }
  button:hover { background: #ffc467; }
  dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 14px; margin: 36px 0 0; padding-top: 20px; border-top: 1px solid var(--line); font: 14px system-ui, sans-serif; }
  dt { color: var(--dim); } dd { margin: 0; font-variant-numeric: tabular-nums; } dd b { color: var(--sand); }
  main { padding: 40px; columns: 280px; column-gap: 18px; }
  article { break-inside: avoid; background: var(--panel); border: 1px solid var(--line); border-top: 3px solid var(--sand); border-radius: 4px; padding: 18px 20px; margin-bottom: 18px; }
  article p { margin: 0 0 12px; font-size: 18px; white-space: pre-wrap; overflow-wrap: anywhere; }
  article footer, .empty { color: var(--dim); font: 13px system-ui, sans-serif; }
  @media (max-width: 800px) { body { grid-template-columns: 1fr; } aside { border-right: 0; } }`;

function entry(it) {
  return `<article><p>${escape(it.text)}</p>
    <footer>${escape(it.name)} · ${time(it.time)}<br>written by ${escape(it.by)} (${escape(it.version)})</footer></article>`;
}

function render({ title, instance, pid, entries, worker, workers }) {
  const list = entries.length
    ? entries.map(entry).join('\n')
    : '<p class="empty">The wall is empty. Be the first to write on it.</p>';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)} ${version}</title><style>${style}</style></head>
<body><aside><span class="badge">Version 2</span><h1>${escape(title)}</h1>
<p>Now with a lighthouse and a longer wall.</p>
<form method="post" action="/entries">
<label for="name">Name</label><input id="name" name="name" maxlength="60" autocomplete="name">
<label for="text">What do you want to say?</label><textarea id="text" name="text" rows="5" maxlength="500" required></textarea>
<button>Put it on the wall</button></form>
<dl><dt>Instance</dt><dd><b>${escape(instance)}</b></dd><dt>Version</dt><dd><b>${version}</b></dd>
<dt>Process</dt><dd>${pid}</dd><dt>List from</dt><dd>${escape(worker || 'no worker yet')}</dd>
<dt>Workers</dt><dd>${workers} ready</dd><dt>Entries</dt><dd>${entries.length}</dd></dl></aside>
<main>${list}</main></body></html>
`;
}

module.exports = { version, render };
