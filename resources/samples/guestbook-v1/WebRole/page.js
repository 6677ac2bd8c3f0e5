'use strict';
// Version 1: blue, one calm column.
const { escape, time } = require('./html');

const version = 'v1';

const style = `
  :root { color-scheme: light; --ink: #14213d; --blue: #1f5fbf; --pale: #eef4fc; --line: #d5e1f2; }
  * { box-sizing: border-box; }
  body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--pale); }
  header { background: linear-gradient(160deg, #174a96, #2f7be0); color: #fff; padding: 56px 24px 88px; text-align: center; }
  header h1 { margin: 0; font-size: 40px; letter-spacing: -.02em; }
  header p { margin: 8px 0 0; opacity: .85; }
  .badge { display: inline-block; margin-bottom: 16px; padding: 4px 14px; border-radius: 99px; background: #ffffff2e; font-weight: 600; }
  main { max-width: 640px; margin: -56px auto 48px; padding: 0 20px; }
  .card { background: #fff; border: 1px solid var(--line); border-radius: 14px; padding: 22px; margin-bottom: 14px; box-shadow: 0 6px 24px #1f5fbf14; }
  label { display: block; font-weight: 600; margin-bottom: 4px; font-size: 14px; }
  input, textarea { width: 100%; font: inherit; padding: 10px 12px; margin-bottom: 14px; border: 1px solid var(--line); border-radius: 8px; background: #fbfdff; }
  input:focus, textarea:focus { outline: 2px solid var(--blue); border-color: transparent; }
  button { font: inherit; font-weight: 600; color: #fff; background: var(--blue); border: 0; border-radius: 8px; padding: 10px 22px; cursor: pointer; }
  button:hover { background: #174a96; }
  article p { margin: 0 0 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
  article footer, .empty { color: #5c6f92; font-size: 14px; }
  .who { text-align: center; color: #5c6f92; font-size: 14px; }
  .who b { color: var(--blue); font-variant-numeric: tabular-nums; }`;

function entry(it) {
  return `<article class="card"><p>${escape(it.text)}</p>
    <footer>${escape(it.name)} · ${time(it.time)} · written by ${escape(it.by)} (${escape(it.version)})</footer></article>`;
}

function render({ title, instance, pid, entries, worker, workers }) {
  const list = entries.length
    ? entries.map(entry).join('\n')
    : '<p class="card empty">Nobody has written anything yet. Be the first.</p>';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)} ${version}</title><style>${style}</style></head>
<body><header><span class="badge">Version 1</span><h1>${escape(title)}</h1>
<p>Leave a line before you sail on.</p></header>
<main><form class="card" method="post" action="/entries">
<label for="name">Your name</label><input id="name" name="name" maxlength="60" autocomplete="name">
<label for="text">Your line</label><textarea id="text" name="text" rows="3" maxlength="500" required></textarea>
<button>Write</button></form>
${list}
<p class="who">Answered by <b>${escape(instance)}</b>, version <b>${version}</b>, process ${pid}.<br>
${worker ? `The list came from <b>${escape(worker)}</b>; ${workers} ${workers === 1 ? 'worker is' : 'workers are'} ready.` : 'No worker is ready yet.'}</p>
</main></body></html>
`;
}

module.exports = { version, render };
