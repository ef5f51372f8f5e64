// Plays the club by other people's clients for as long as it runs: `node clients-at-length.mjs CLIENT URL TOKEN`.
// A CLIENT of `followers` prints each state of the club, and subscribes again when its subscription ends; one of `readers`
// prints what it makes of the documents on stdin. One JSON object a line.
import { text } from 'node:stream/consumers';
import { argv, exit, stdin, stdout } from 'node:process';

import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { GraphQLClient } from 'graphql-request';
import { createClient as createEventClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';

const [, , name, url, token] = argv;
const UPDATES = 'subscription Live($brand: ID!) { clubUpdated(brand: $brand) { club { id state } } }';
const PARTS = 'multipart/mixed;deferSpec=20220824, application/json';
const variables = { brand: 'northbet' };
const headers = { authorization: `Bearer ${token}` };
const say = (what) => stdout.write(`${JSON.stringify(what)}\n`);
const pause = () => new Promise((resolve) => setTimeout(resolve, 300));
const retrying = { retryAttempts: 1000, retryWait: pause, retry: pause, shouldRetry: () => true };

const bySocket = () =>
  createSocketClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: headers, ...retrying });
const byEvents = () => createEventClient({ url, headers, ...retrying });
const apollo = (link, more) => new ApolloClient({ cache: new InMemoryCache(), link, ...more });
const urql = (exchanges, accept) =>
  new Client({ url, exchanges, fetchSubscriptions: true, fetchOptions: { headers: { ...headers, ...(accept && { accept }) } } });
const forwarded = (client) =>
  subscriptionExchange({
    forwardSubscription: (operation) => ({ subscribe: (sink) => ({ unsubscribe: client.subscribe(operation, sink) }) }),
  });

/** Apollo's results and errors, as a subscription's sink takes them. */
const followApollo = (link) => (sink) =>
  apollo(link).subscribe({ query: gql(UPDATES), variables, fetchPolicy: 'no-cache' }).subscribe({
    ...sink,
    next: ({ data, error }) => (error ? sink.error(error) : sink.next({ data })),
  });
const followUrql = (exchanges) => {
  const client = urql(exchanges);
  return (sink) =>
    client.subscription(UPDATES, variables).subscribe(({ data, error, hasNext }) => {
      if (error) sink.error(error);
      else if (data) sink.next({ data });
      if (!error && !hasNext) sink.complete();
    });
};
const followItself = (client) => (sink) => client.subscribe({ query: UPDATES, variables }, sink);

const followers = {
  'apollo-websocket': () => followApollo(new GraphQLWsLink(bySocket())),
  'apollo-multipart': () => followApollo(new HttpLink({ uri: url, headers })),
  'urql-websocket': () => followUrql([forwarded(bySocket())]),
  'urql-events': () => followUrql([forwarded(byEvents())]),
  'urql-fetch': () => followUrql([fetchExchange]),
  'graphql-ws': () => followItself(bySocket()),
  'graphql-sse': () => followItself(byEvents()),
};

function follow(subscribe) {
  let has_ended = false;
  const again = (reason) => {
    if (has_ended) return;
    has_ended = true;
    say({ ended: reason });
    setTimeout(() => follow(subscribe), 300);
  };
  subscribe({
    next: ({ data, errors }) => say(data ? { state: data.clubUpdated.club.state } : { errors }),
    error: (error) => again(String(error?.message ?? error?.reason ?? error)),
    complete: () => again('complete'),
  });
}

const readApollo = (incrementalHandler) => (query) =>
  new Promise((resolve, reject) => {
    const client = apollo(new HttpLink({ uri: url, headers }), { incrementalHandler });
    const results = client.watchQuery({ query: gql(query), variables, fetchPolicy: 'no-cache' });
    results.subscribe(({ data, dataState, loading, error }) => {
      if (error) reject(error);
      else if (!loading && dataState === 'complete') resolve(data);
    });
  });
const readers = {
  apollo: readApollo(new GraphQL17Alpha9Handler()),
  'apollo-older': readApollo(new Defer20220824Handler()),
  urql: (query) =>
    new Promise((resolve, reject) => {
      urql([fetchExchange], PARTS)
        .query(query, variables, { requestPolicy: 'network-only' })
        .subscribe(({ data, error, hasNext }) => (error ? reject(error) : hasNext || resolve(data)));
    }),
  'graphql-request': (query) => new GraphQLClient(url, { headers }).request(query, variables),
};

if (name in followers) follow(followers[name]());
else {
  for (const query of JSON.parse(await text(stdin))) {
    const refused = (error) => {
      const [first] = error.errors ?? error.graphQLErrors ?? error.response?.errors ?? [];
      return { refused: first?.extensions?.code ?? String(error) };
    };
    say(await readers[name](query).then((data) => ({ data }), refused));
  }
  exit(0);
}
