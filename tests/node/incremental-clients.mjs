// Reads responses in parts from a gateway by the clients that pages use: `node incremental-clients.mjs URL QUERY`.
// Prints each result that a client makes of them, with the client's name, one JSON value a line.
import { argv, stdout } from 'node:process';

import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental';
import { createClient as createEventClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { meros } from 'meros/browser';
import WebSocket from 'ws';

const [, , url, query] = argv;
const say = (client, result) => stdout.write(`${JSON.stringify({ client, result })}\n`);

async function byApollo(name, incrementalHandler) {
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: new HttpLink({ uri: url }),
    incrementalHandler,
  });
  await new Promise((resolve, reject) => {
    const results = client.watchQuery({ query: gql(query), errorPolicy: 'all' });
    results.subscribe({
      next: ({ data, dataState, loading }) => {
        if (data) say(name, { data, dataState });
        if (!loading && dataState === 'complete') resolve();
      },
      error: reject,
    });
  });
  client.stop();
}

async function byMeros() {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, multipart/mixed' },
    body: JSON.stringify({ query }),
  });
  for await (const part of await meros(response)) say('meros', part.body);
}

async function byResults(name, client) {
  for await (const result of client.iterate({ query })) say(name, result);
  client.dispose();
}

await byApollo('apollo', new GraphQL17Alpha9Handler());
await byApollo('apollo-older', new Defer20220824Handler());
await byMeros();
await byResults('ws', createSocketClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket }));
await byResults('sse', createEventClient({ url }));
process.exit(0);
