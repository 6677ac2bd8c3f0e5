'use strict';
// Keeps the entries: in memory, and in a file of its own disk so that a restart keeps them.
// Protocol: {"op":"add","entry":{...}} or {"op":"list"}, one JSON object a line each way.
const fs = require('fs');
const net = require('net');
const path = require('path');

const instance = process.env.ROLE_INSTANCE_ID || 'WorkerRole_IN_0';
const port = Number(process.env.PORT || process.env.port || 10100);
const folder = process.env.TEMP || process.env.TMPDIR || '/tmp';
const file = path.join(folder, `guestbook-${instance}.json`);
const KEEP = 200;
const MAX_LINE = 256 * 1024;

let entries = load();
let catching_up = null;

function load() {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}

function save() {
  try {
    fs.writeFileSync(`${file}.new`, JSON.stringify(entries));
    fs.renameSync(`${file}.new`, file);
  } catch (error) {
    console.error(`cannot save the entries: ${error.message}`);
  }
}

function merge(more) {
  const known = new Set(entries.map((entry) => entry.id));
  const fresh = more.filter((entry) => entry && entry.id && !known.has(entry.id));
  if (fresh.length === 0) return;
  entries = [...entries, ...fresh].sort((left, right) => right.time - left.time).slice(0, KEEP);
  save();
}

function answer(question) {
  switch (question.op) {
    case 'add':
      if (!question.entry || !question.entry.id) return { ok: false, error: 'an entry needs an id' };
      merge([question.entry]);
      return { ok: true, instance };
    case 'list': return { ok: true, instance, entries };
    default: return { ok: false, error: `unknown op ${question.op}` };
  }
}

async function answerLine(line) {
  try {
    await catching_up;
    return answer(JSON.parse(line));
  } catch (error) {
    return { ok: false, error: error.message };
  }
}

function serve(socket) {
  let text = '';
  let queue = Promise.resolve();
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('data', (part) => {
    text += part;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      queue = queue.then(() => answerLine(line)).then((reply) => {
        if (!socket.destroyed) socket.write(JSON.stringify(reply) + '\n');
      });
    }
    if (text.length > MAX_LINE) socket.destroy();
  });
}

// A worker that comes back, perhaps on another host with an empty disk, asks the others first.
function peers() {
  try {
    return JSON.parse(fs.readFileSync(process.env.SLIPWAY_TOPOLOGY, 'utf8'))
      .filter((peer) => peer.role === 'WorkerRole' && peer.endpoint === 'Entries' && peer.ready
        && peer.instance !== instance);
  } catch {
    return [];
  }
}

function fetchFrom(peer) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: peer.address, port: peer.port });
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('connect', () => socket.write('{"op":"list"}\n'));
    socket.on('data', (part) => {
      text += part;
      if (text.includes('\n')) socket.end();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      try {
        resolve(JSON.parse(text).entries || []);
      } catch {
        resolve([]);
      }
    });
  });
}

catching_up = Promise.all(peers().map(fetchFrom)).then((lists) => lists.forEach(merge))
  .then(() => { catching_up = null; });

// On this address only: the other loopback addresses with the same port lead to the other workers.
const server = net.createServer(serve);
server.listen(port, '127.0.0.1', () => console.log(`${instance} keeps ${entries.length} entries on ${port}`));

process.on('SIGTERM', () => {
  console.log('SIGTERM: closing');
  server.close(() => process.exit(0));
  setTimeout(() => process.exit(0), 2000).unref();
});
