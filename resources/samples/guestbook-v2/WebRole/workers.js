'use strict';
// Finds the workers and speaks their protocol: one JSON object a line, one answer a line.
const fs = require('fs');
const net = require('net');

const TIMEOUT_MS = 2000;

// The file is rewritten whenever workers come and go, so it is read each time.
function readyWorkers() {
  const file = process.env.SLIPWAY_TOPOLOGY;
  if (!file) return [];
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
      .filter((peer) => peer.role === 'WorkerRole' && peer.endpoint === 'Entries' && peer.ready);
  } catch (error) {
    console.error(`cannot read the topology: ${error.message}`);
    return [];
  }
}

function ask(worker, question) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: worker.address, port: worker.port });
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')));
    socket.on('connect', () => socket.write(JSON.stringify(question) + '\n'));
    socket.on('data', (part) => {
      text += part;
      const end = text.indexOf('\n');
      if (end < 0) return;
      socket.end();
      try {
        const reply = JSON.parse(text.slice(0, end));
        if (reply.ok) resolve(reply);
        else reject(new Error(reply.error || 'refused'));
      } catch (error) {
        reject(error);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed without an answer')));
  });
}

// All ready workers get the entry, so that the list survives losing one. Says how many have it.
async function add(entry) {
  const id = `${Date.now().toString(36)}-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  const question = { op: 'add', entry: { ...entry, id, time: Date.now() } };
  const answers = await Promise.allSettled(readyWorkers().map((worker) => ask(worker, question)));
  return answers.filter((answer) => answer.status === 'fulfilled').length;
}

// The first worker that answers is asked.
async function list() {
  const workers = readyWorkers();
  try {
    const reply = await Promise.any(workers.map((worker) => ask(worker, { op: 'list' })));
    return { entries: reply.entries, worker: reply.instance, workers: workers.length };
  } catch {
    return { entries: [], worker: '', workers: workers.length };
  }
}

module.exports = { add, list };
