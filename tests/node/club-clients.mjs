// Plays the bet-slip by the clients that pages use: `node club-clients.mjs CLIENT`, with facts as JSON on stdin.
// CLIENT is apollo, urql or graphql-request. Prints what each step returns, one JSON object a line.
import { text } from 'node:stream/consumers';
import { argv, stdin, stdout } from 'node:process';

import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQL17Alpha9Handler } from '@apollo/client/incremental';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { GraphQLClient } from 'graphql-request';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { url, token, query, mutation, input, update, parts, hash } = JSON.parse(await text(stdin));
const variables = { brand: 'northbet' };
const headers = { authorization: `Bearer ${token}` };
const say = (step, result) => stdout.write(`${JSON.stringify({ [step]: result })}\n`);

const socketOf = (authorization, on = {}) =>
  createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
    on,
  });

/** What a page hears if its token is refused. */
const refused = (subscribe) =>
  new Promise((resolve) => {
    subscribe({ next: resolve, complete: resolve, error: ({ code, reason }) => resolve({ code, reason }) });
  });

async function apollo() {
  const socket = socketOf(headers.authorization);
  const over = (link, more) => new ApolloClient({ cache: new InMemoryCache(), link, ...more });
  const http = new HttpLink({ uri: url, headers });
  const client = over(http, { incrementalHandler: new GraphQL17Alpha9Handler() });
  say('query', (await client.query({ query: gql(query), variables })).data);
  say('mutation', (await client.mutate({ mutation: gql(mutation), variables: { input } })).data);
  const live = over(new GraphQLWsLink(socket));
  await new Promise((resolve, reject) => {
    const following = live.subscribe({ query: gql(update), variables }).subscribe({
      next: ({ data, error }) => (following.unsubscribe(), say('update', data ?? String(error)), resolve()),
      error: reject,
    });
  });
  await new Promise((resolve, reject) => {
    client.watchQuery({ query: gql(parts), variables, fetchPolicy: 'no-cache' }).subscribe({
      next: ({ data, dataState }) => {
        if (data) say('part', { data, dataState });
        if (dataState === 'complete') resolve();
      },
      error: reject,
    });
  });
  const persisted = over(ApolloLink.from([new PersistedQueryLink({ sha256: () => hash }), http]));
  say('persisted', (await persisted.query({ query: gql(query), variables })).data);
  const batching = over(new BatchHttpLink({ uri: url, headers, batchMax: 2 }));
  const both = await Promise.allSettled(
    ['A', 'B'].map((name) => batching.query({ query: gql(query.replace(/query \w+/, `query ${name}`)), variables })),
  );
  say('batch', both.map(({ value, reason }) => value?.data ?? { refused: `${reason} ${JSON.stringify(reason)}` }));
  const stranger = over(new GraphQLWsLink(socketOf('Bearer nobody')));
  say('refused', await refused((sink) => stranger.subscribe({ query: gql(update), variables }).subscribe({
    ...sink,
    next: ({ error }) => sink.next({ code: error?.cause?.code ?? error?.code, reason: error?.cause?.reason ?? error?.reason ?? String(error?.message) }),
  })));
}

async function urql() {
  const socket = socketOf(headers.authorization);
  const exchanges = [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query: document, variables: given }) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: document, variables: given }, sink) }),
      }),
    }),
  ];
  const clientOf = (accept) =>
    new Client({ url, exchanges, fetchOptions: { headers: { ...headers, ...(accept && { accept }) } } });
  const client = clientOf();
  say('query', (await client.query(query, variables).toPromise()).data);
  say('mutation', (await client.mutation(mutation, { input }).toPromise()).data);
  await new Promise((resolve) => {
    const following = client.subscription(update, variables).subscribe(({ data, error }) => {
      say('update', data ?? String(error));
      queueMicrotask(() => following.unsubscribe());
      resolve();
    });
  });
  for (const [name, accept] of [
    ['part', 'multipart/mixed;deferSpec=20220824, application/json'],
    ['part-by-default', undefined],
  ]) {
    await new Promise((resolve) => {
      clientOf(accept)
        .query(parts, variables, { requestPolicy: 'network-only' })
        .subscribe(({ data, error, hasNext }) => {
          say(name, { data, error: error && String(error), hasNext });
          if (!hasNext) resolve();
        });
    });
  }
}

async function graphqlRequest() {
  const client = new GraphQLClient(url, { headers });
  say('query', await client.request(query, variables));
  say('mutation', await client.request(mutation, { input }));
  const documents = [query, query].map((document) => ({ document, variables }));
  const batch = await client.batchRequests(documents).catch((error) => ({ refused: String(error) }));
  say('batch', batch);
}

await { apollo, urql, 'graphql-request': graphqlRequest }[argv[2]]();
const socket = socketOf('Bearer nobody');
say('socket', await refused((sink) => socket.subscribe({ query: update, variables }, sink)));
process.exit(0);
