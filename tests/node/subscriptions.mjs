// A subgraph that is subscribed to: node subscriptions.mjs
//
// prints its URL, and ends with its input. /sse is served by graphql-sse, /ws by graphql-ws, /multipart by
// Apollo's multipart protocol, /callback by its callbacks, /open tells how many subscriptions are open. The topic says what is published.
import { createServer } from 'node:http';
import { exit, stdin } from 'node:process';
import { buildSchema, GraphQLError, parse, subscribe } from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/http';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

const schema = buildSchema(`
  type Query { latest: Article }
  type Subscription {
    published(topic: String): Article
    bySse(topic: String): Article
    byMultipart(topic: String): Article
    byWebsocket(topic: String): Article
    byCallback(topic: String): Article
  }
  type Article { id: ID! headline: String! }
`);
let open = 0;

async function* articles(topic, context) {
  open += 1;
  try {
    if (topic === 'who') {
      yield { published: { id: 0, headline: context.authorization ?? 'nobody' } };
      return;
    }
    const large = 'x'.repeat(50_000);
    yield { published: { id: 1, headline: ['large', 'flood'].includes(topic) ? large : 'News 1' } };
    for (let more = 0; topic === 'flood' && more < 400; more += 1) yield { published: { id: 1, headline: large } };
    if (topic === 'lost') setTimeout(context.destroy, 50); // once the event has been written
    if (['wait', 'lost', 'silent'].includes(topic)) await new Promise((ended) => context.ended.push(ended));
    yield { published: { id: 2, headline: 'News 2' } };
  } finally {
    open -= 1;
  }
}

function subscribeTo(_, { topic }, context) {
  if (topic === 'refused') throw new GraphQLError('No news.', { extensions: { code: 'NO_NEWS' } });
  const source = articles(topic, context);
  // A generator that waits cannot be returned from: end its wait first.
  return {
    next: () => source.next(),
    return: () => {
      context.ended.splice(0).forEach((end) => end());
      return source.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

// The fields differ in nothing, so that a supergraph may have each from another subgraph.
for (const field of Object.values(schema.getSubscriptionType().getFields())) {
  field.subscribe = subscribeTo;
  field.resolve = (event) => event.published;
}

function context(request, socket) {
  const { authorization } = request.headers;
  return { authorization, ended: [], destroy: () => (socket ?? request.socket).destroy() };
}

const sse = createHandler({ schema, context: (request) => context(request.raw) });

async function multipart(request, response) {
  let body = '';
  for await (const part of request) body += part;
  const { query, variables } = JSON.parse(body);
  const document = parse(query);
  const args = { schema, document, variableValues: variables, contextValue: context(request) };
  const events = await subscribe(args);
  if (!(Symbol.asyncIterator in events)) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(events));
    return;
  }
  response.writeHead(200, { 'content-type': 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"' });
  response.on('close', () => events.return());
  const part = (value) => `\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(value)}\r\n--graphql`;
  response.write(`\r\n--graphql${part({})}`);
  for await (const payload of events) response.write(part({ payload }));
  response.end('--\r\n');
}

// Apollo's HTTP callback protocol: nothing stays open here, events are requests to the gateway.
async function callback(request, response) {
  let body = '';
  for await (const part of request) body += part;
  const { query, variables, extensions } = JSON.parse(body);
  const { callbackUrl, subscriptionId: id, verifier, heartbeatIntervalMs } = extensions.subscription;
  const send = (message) =>
    fetch(callbackUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'subscription-protocol': 'callback/1.0' },
      body: JSON.stringify({ kind: 'subscription', id, verifier, ...message }),
    });
  const answer = (status, value) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'subscription-protocol': 'callback/1.0' })
      .end(JSON.stringify(value));
  if ((await send({ action: 'check' })).status !== 204) return answer(500, { errors: [{ message: 'No gateway.' }] });
  answer(200, { data: null });
  const document = parse(query);
  const told = context(request);
  const events = await subscribe({ schema, document, variableValues: variables, contextValue: told });
  if (!(Symbol.asyncIterator in events)) return send({ action: 'complete', errors: events.errors });
  const beats = setInterval(async () => {
    if (variables.topic !== 'silent' && !(await send({ action: 'check' })).ok) events.return();
  }, heartbeatIntervalMs);
  for await (const payload of events) if (!(await send({ action: 'next', payload })).ok) break;
  clearInterval(beats);
  return send({ action: 'complete' });
}

async function handle(request, response) {
  if (request.url === '/sse') await sse(request, response);
  else if (request.url === '/multipart') await multipart(request, response);
  else if (request.url === '/callback') await callback(request, response);
  else response.end(String(open));
}

// A promise that nobody handles would end this process, and with it the tests that come after.
const server = createServer((request, response) => handle(request, response).catch(() => response.destroy()));
// The gateway may go away while it is written to.
server.on('connection', (socket) => socket.on('error', () => socket.destroy()));
server.on('request', (_, response) => response.on('error', () => response.destroy()));
const sockets = new WebSocketServer({ server, path: '/ws' });
useServer({ schema, context: ({ extra }) => context(extra.request, extra.socket._socket) }, sockets);
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
stdin.on('end', () => exit()).resume();
