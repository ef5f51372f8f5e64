// Speaks to a gateway by the clients of graphql-ws and graphql-sse: `node live-clients.mjs URL CLIENT [TOKEN]`.
// CLIENT is ws or sse. Reads commands from stdin, one JSON object a line, and prints what happens:
//   {"subscribe": ID, "query": QUERY}, {"end": ID}, {"exit": true}
// When a connection is lost, both clients send a request again as it is then: with the position that came last.
import { createInterface } from 'node:readline';
import { argv, stdin, stdout, exit } from 'node:process';

import { createClient as createEventClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';

const [, , url, kind, token] = argv;
const say = (what) => stdout.write(`${JSON.stringify(what)}\n`);
const headers = token ? { authorization: `Bearer ${token}` } : {};

const client =
  kind === 'ws'
    ? createSocketClient({
        url: url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: headers,
        lazy: true,
        retryAttempts: 20,
        retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
        on: {
          connected: () => say({ connected: true }),
          closed: (event) => say({ closed: event.code, reason: event.reason }),
        },
      })
    : createEventClient({
        url,
        headers,
        retryAttempts: 20,
        retry: () => new Promise((resolve) => setTimeout(resolve, 50)),
        on: { connected: () => say({ connected: true }) },
      });

const running = new Map();

function subscribe(id, query) {
  const request = { query };
  const sink = {
    next(payload) {
      const position = payload.extensions?.position;
      if (position !== undefined) request.extensions = { position };
      say({ id, next: payload });
    },
    error: (error) => say({ id, error: error.code ?? (Array.isArray(error) ? error : String(error)) }),
    complete: () => say({ id, complete: true }),
  };
  running.set(id, client.subscribe(request, sink));
}

createInterface({ input: stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  if (command.subscribe) subscribe(command.subscribe, command.query);
  if (command.end) running.get(command.end)();
  if (command.exit) exit(0);
});
