'use strict';
// The guestbook's web role: takes entries, hands them to every worker, shows the list.
const http = require('http');
const workers = require('./workers');
const page = require('./page');

const instance = process.env.ROLE_INSTANCE_ID || 'WebRole_IN_0';
const facts = { instance, version: page.version, pid: process.pid };
const MAX_BODY = 64 * 1024;

function send(response, status, type, text, headers = {}) {
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Instance': instance,
    'X-Version': page.version,
    ...headers,
  });
  response.end(text);
}

function readBody(request) {
  return new Promise((resolve, reject) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part) => {
      body += part;
      if (body.length > MAX_BODY) reject(new Error('The entry is too long.'));
    });
    request.on('end', () => resolve(body));
    request.on('error', reject);
  });
}

function parseEntry(type, body) {
  const fields = (type || '').includes('json')
    ? JSON.parse(body)
    : Object.fromEntries(new URLSearchParams(body));
  const text = String(fields.text || '').trim().slice(0, 500);
  const name = String(fields.name || '').trim().slice(0, 60) || 'Somebody';
  return text ? { name, text } : null;
}

async function addEntry(request, response) {
  const type = request.headers['content-type'];
  let entry = null;
  try {
    entry = parseEntry(type, await readBody(request));
  } catch (error) {
    return send(response, 400, 'text/plain', `This is no entry: ${error.message}\n`,
      { Connection: 'close' });
  }
  if (!entry) return send(response, 400, 'text/plain', 'An entry needs a text.\n');
  const stored = await workers.add({ ...entry, by: instance, version: page.version });
  if (stored === 0) return send(response, 503, 'text/plain', 'No worker could take the entry.\n');
  if ((type || '').includes('json')) {
    return send(response, 201, 'application/json', JSON.stringify({ stored }) + '\n');
  }
  return send(response, 303, 'text/plain', 'Thank you.\n', { Location: '/' });
}

async function showPage(response) {
  const list = await workers.list();
  const title = process.env.Title || 'Guestbook';
  send(response, 200, 'text/html', page.render({ ...facts, title, ...list }));
}

function milliseconds(url) {
  const wanted = Number.parseInt(url.searchParams.get('ms') || '1000', 10);
  return Math.min(Math.max(Number.isFinite(wanted) ? wanted : 1000, 0), 60000);
}

function burn(ms) {
  const end = Date.now() + ms;
  let rounds = 0;
  while (Date.now() < end) rounds += Math.sqrt(rounds + 1) > 0 ? 1 : 0;
  return rounds;
}

async function answer(request, response) {
  const url = new URL(request.url, 'http://guestbook');
  const route = `${request.method === 'HEAD' ? 'GET' : request.method} ${url.pathname}`;
  switch (route) {
    case 'GET /': return showPage(response);
    case 'GET /server.js': return showPage(response);
    case 'GET /healthz': return send(response, 200, 'text/plain', 'ok');
    case 'GET /whoami': return send(response, 200, 'application/json', JSON.stringify(facts) + '\n');
    case 'GET /entries':
      return send(response, 200, 'application/json', JSON.stringify(await workers.list()) + '\n');
    case 'POST /entries': return addEntry(request, response);
    case 'GET /slow': {
      const ms = milliseconds(url);
      await new Promise((resolve) => setTimeout(resolve, ms));
      return send(response, 200, 'text/plain', `slept ${ms} ms in ${instance}\n`);
    }
    case 'GET /work': {
      const ms = milliseconds(url);
      return send(response, 200, 'text/plain', `${burn(ms)} rounds in ${ms} ms in ${instance}\n`);
    }
    default: return send(response, 404, 'text/plain', 'There is nothing here.\n');
  }
}

const server = http.createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(`${request.method} ${request.url}: ${error.stack}`);
    if (!response.headersSent) send(response, 500, 'text/plain', 'Something went wrong.\n');
    else response.destroy();
  });
});
server.keepAliveTimeout = 65000;

// iisnode gives a pipe or a socket's path, others a number.
const port = process.env.PORT || process.env.port || '8080';
const place = /^\d+$/.test(port) ? { port: Number(port), host: '127.0.0.1' } : { path: port };
server.listen(place, () => {
  console.log(`guestbook ${page.version} of ${instance} listens on ${port}`);
});

// Open requests are finished, idle connections are closed; then the process has nothing to do.
process.on('SIGTERM', () => {
  console.log('SIGTERM: finishing open requests');
  server.close(() => process.exit(0));
  server.closeIdleConnections?.();
  setInterval(() => server.closeIdleConnections?.(), 100).unref();
});
