/** One subscription over a WebSocket: what is sent, and what the ways mean in which it ends. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { CLUB } from './example';
import { CLUB_UPDATED } from '../packages/client/src/operations/documents';
import { createRoute } from '../packages/client/src/transport/route';
import type { Operation } from '../packages/client/src/operations/operation';
import { overSocket, PONG_MS } from '../packages/client/src/transport/socket';
import type { Ending } from '../packages/client/src/live/live';

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A browser's WebSocket whose server is the test. */
class FakeSocket {
  static readonly OPEN = 1;
  static readonly CONNECTING = 0;
  static readonly CLOSING = 2;
  static last: FakeSocket;
  readonly sent: Message[] = [];
  /** What was sent when the connection was no longer open. A browser drops it, and warns. */
  readonly dropped: Message[] = [];
  readyState = 0;
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null = null;
  onerror: (error: unknown) => void = () => undefined;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.last = this;
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen();
    });
  }

  send(text: string): void {
    const message = JSON.parse(text) as Message;
    (this.readyState === 1 ? this.sent : this.dropped).push(message);
    if (message.type === 'connection_init') queueMicrotask(() => this.say({ type: 'connection_ack' }));
  }

  say(message: Message): void {
    this.onmessage({ data: JSON.stringify(message) });
  }

  close(code = 1000): void {
    this.readyState = 3;
    this.onclose?.({ code, reason: '', wasClean: true });
  }
}

beforeEach(() => void vi.stubGlobal('WebSocket', FakeSocket));
afterEach(() => void vi.unstubAllGlobals());

const NO_CELLS = createRoute(fetch);

async function subscribed(route = NO_CELLS, turns = 20, token: string | null = 'token', after: string | null = null) {
  const updates: unknown[] = [];
  const endings: Ending[] = [];
  const heard = vi.fn();
  const close = overSocket('https://club.example/graphql', 'de', route)(CLUB_UPDATED, { brand: 'northbet' }, () => token, {
    heard,
    update: ({ data, position }) => void updates.push(position ?? data?.clubUpdated.club.id),
    ended: (ending) => void endings.push(ending),
  }, after);
  await settled(turns);
  const socket = FakeSocket.last;
  const subscription = () => socket.sent.filter(({ type }) => type === 'subscribe').at(-1);
  return { socket, subscription, updates, endings, heard, close, id: subscription()?.id ?? '' };
}

function headersOf(partition: string | null): Record<string, string> {
  return partition === null ? {} : { 'x-furlong-partition': partition };
}

async function settled(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}

describe('a subscription', () => {
  it('is opened with the token and the language, by the id of its document', async () => {
    const { socket, subscription } = await subscribed();
    expect([socket.url, socket.protocol]).toEqual(['wss://club.example/graphql', 'graphql-transport-ws']);
    expect(socket.sent[0]?.payload).toEqual({ authorization: 'Bearer token', 'accept-language': 'de' });
    expect(subscription()?.payload).toEqual({ documentId: CLUB_UPDATED.id, variables: { brand: 'northbet' } });
  });

  it('of a visitor has no token', async () => {
    const { socket } = await subscribed(NO_CELLS, 20, null);
    expect(socket.sent[0]?.payload).toEqual({ 'accept-language': 'de' });
  });

  it('continues behind a position, and says the next one', async () => {
    const { socket, subscription, id, updates, heard } = await subscribed(NO_CELLS, 20, 'token', 'p1');
    expect(subscription()?.payload).toMatchObject({ extensions: { position: 'p1' } });
    const before = heard.mock.calls.length;
    socket.say({ type: 'next', id, payload: { data: { clubUpdated: { version: 1, club: CLUB } }, extensions: { position: 'p2' } } });
    expect([updates, heard.mock.calls.length]).toEqual([['p2'], before + 1]);
  });

  it('that takes the position itself gets it as its variable', async () => {
    const operation: Operation<unknown, { brand: string }> = {
      name: 'Prices',
      kind: 'subscription',
      id: 'sha256:1',
      text: 'subscription Prices($brand:ID!$after:String){eventsUpdated(brand:$brand after:$after){position}}',
    };
    const close = overSocket('https://club.example/graphql', 'de', NO_CELLS)(
      operation,
      { brand: 'northbet' },
      () => null,
      { update: () => undefined, ended: () => undefined },
      'p1',
    );
    await settled();
    const sent = FakeSocket.last.sent.find(({ type }) => type === 'subscribe');
    expect(sent?.payload).toEqual({ documentId: 'sha256:1', variables: { brand: 'northbet', after: 'p1' } });
    close();
  });

  it('is lost when a ping has no answer', async () => {
    vi.useFakeTimers();
    try {
      const answered = await subscribed();
      await vi.advanceTimersToNextTimerAsync();
      expect(answered.socket.sent.at(-1)).toEqual({ type: 'ping' });
      answered.socket.say({ type: 'pong' });
      await vi.advanceTimersByTimeAsync(PONG_MS);
      expect(answered.endings).toEqual([]);
      await vi.advanceTimersToNextTimerAsync();
      await vi.advanceTimersByTimeAsync(PONG_MS);
      expect(answered.endings).toEqual(['lost']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('sends nothing on a socket that is closing, whenever the page ends it', async () => {
    for (let turns = 0; turns < 20; turns += 1) {
      const { socket, close, endings } = await subscribed(NO_CELLS, turns);
      close();
      await settled();
      expect([turns, socket.readyState, socket.dropped, endings]).toEqual([turns, 3, [], []]);
    }
  });

  it('goes to the cell of the customer that the last response has named', async () => {
    const named = ['7', null, '12'];
    const route = createRoute(() => Promise.resolve(new Response('', { headers: headersOf(named.shift() ?? null) })));
    for (const expected of ['?partition=7', '?partition=7', '?partition=12']) {
      await route.fetch('/graphql');
      const { socket, close } = await subscribed(route);
      expect(socket.url).toBe(`wss://club.example/graphql${expected}`);
      close();
    }
    route.forget();
    expect((await subscribed(route)).socket.url).toBe('wss://club.example/graphql');
  });

  it('is sent as a text to a gateway that does not know the id, on the same connection', async () => {
    const { socket, subscription, id, updates } = await subscribed();
    const unknown = { message: 'unknown', extensions: { code: 'PERSISTED_DOCUMENT_NOT_FOUND' } };
    socket.say({ type: 'error', id, payload: [unknown] });
    await settled();
    expect(subscription()?.payload).toMatchObject({ query: CLUB_UPDATED.text });
    socket.say({ type: 'next', id: subscription()?.id ?? '', payload: { data: { clubUpdated: { version: 1, club: CLUB } } } });
    expect(updates).toEqual([CLUB.id]);
  });

  it.each([
    [4403, 'session'],
    [1012, 'lost'],
    [1006, 'lost'],
    [4408, 'lost'],
    [4406, 'unsupported'],
    [4400, 'unsupported'],
  ] as const)('closed with %i is over because of: %s', async (code, ending) => {
    const { socket, endings } = await subscribed();
    socket.close(code);
    await settled();
    expect(endings).toEqual([ending]);
  });

  it.each([
    ['GRAPHQL_VALIDATION_FAILED', 'unsupported'],
    ['SESSION_EXPIRED', 'session'],
    ['POSITION_TOO_OLD', 'position'],
    ['INVALID_POSITION', 'position'],
    ['SUBGRAPH_UNREACHABLE', 'lost'],
  ] as const)('refused with %s, or ended by it, is over because of: %s', async (code, ending) => {
    const errors = [{ message: 'refused', extensions: { code } }];
    const refused = await subscribed();
    refused.socket.say({ type: 'error', id: refused.id, payload: errors });
    await settled();
    const ended = await subscribed();
    ended.socket.say({ type: 'next', id: ended.id, payload: { data: null, errors } });
    await settled();
    expect([refused.endings, ended.endings]).toEqual([[ending], [ending]]);
  });

  it('that is closed by the page says nothing more', async () => {
    const { socket, id, updates, endings, close } = await subscribed();
    close();
    socket.say({ type: 'next', id, payload: { data: { clubUpdated: { version: 1, club: CLUB } } } });
    await settled();
    expect([updates, endings]).toEqual([[], []]);
  });
});
