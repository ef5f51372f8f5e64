// A subgraph over HTTP/2 that says what it received: node http2-subgraph.mjs [CERTIFICATE.pem KEY.pem [http1]]
//
// prints its URL, and ends with its input. The variables say how it answers:
//   together: as soon as so many requests wait; size: with so many bytes; status: by this HTTP status.
import { readFileSync } from 'node:fs';
import { createSecureServer, createServer } from 'node:http2';
import { createServer as createHttp1Server } from 'node:https';
import { argv, exit, stdin } from 'node:process';
import { gzipSync } from 'node:zlib';

const [, , certificate, key, http1] = argv;
const waiting = [];
let connections = 0;

function answer({ headers, length, variables, response }) {
  if (response.stream?.destroyed) return;
  const { size = 0, status = 200, gzip = false } = variables;
  const data = { connections, headers, length, filling: 'x'.repeat(size) };
  const text = JSON.stringify({ data });
  response.writeHead(status, { 'content-type': 'application/json', ...(gzip ? { 'content-encoding': 'gzip' } : {}) });
  response.end(gzip ? gzipSync(text) : text);
}

function serve(request, response) {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts);
    const { variables = {} } = JSON.parse(body);
    const path = request.url;
    const headers = { ...request.headers, path, version: request.httpVersion };
    waiting.push({ headers, length: body.length, variables, response });
    if (waiting.length >= (variables.together ?? 1)) waiting.splice(0).forEach(answer);
  });
}

const tls = certificate && { cert: readFileSync(certificate), key: readFileSync(key) };
const server = http1 ? createHttp1Server(tls, serve) : tls ? createSecureServer(tls, serve) : createServer(serve);
server.on(tls ? 'secureConnection' : 'connection', () => {
  connections += 1;
});
server.listen(0, '127.0.0.1', () => {
  console.log(`${tls ? 'https' : 'http'}://127.0.0.1:${server.address().port}/graphql?x=y`);
});
stdin.on('end', () => exit()).resume();
