/** The client as a page uses it: its session, requests, changes, and what it follows. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { CLUB as SHOWN, PAYLOAD } from './example';
import { createFurlongClient, REQUEST_MS, type FurlongClient } from '../packages/client/src/client';
import { CLUB, CLUB_UPDATED } from '../packages/client/src/operations/documents';
import { operationOf } from '../packages/client/src/operations/operation';
import { Unreached } from '../packages/client/src/transport/ask';

const BRAND = { brand: 'northbet' };

function tokenOf(customer: string, serial = 0): string {
  const claims = { sub: customer, brand: 'northbet', jti: serial };
  return `h.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.s`;
}

interface Sent {
  readonly url: string;
  readonly authorization: string | null;
  readonly body: {
    readonly documentId?: string;
    readonly query?: string;
    readonly variables: { readonly input?: { readonly idempotencyKey: string } };
    readonly extensions?: { readonly position: string };
  };
}

type Reply = Response | Error | (() => Promise<Response>);

function json(data: unknown, status = 200): Response {
  return new Response(JSON.stringify(data), { status, headers: { 'content-type': 'application/json' } });
}

let clients: FurlongClient[] = [];
let sent: Sent[] = [];

/** A client whose server gives these replies, one a request, and the last one from then on. */
function client(getToken: Parameters<typeof createFurlongClient>[0]['getToken'], ...replies: readonly (() => Reply)[]) {
  sent = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    sent.push({ url, authorization: new Headers(init.headers).get('authorization'), body: JSON.parse(init.body as string) as Sent['body'] });
    const reply = replies[Math.min(sent.length, replies.length) - 1]?.() ?? new Error('no reply');
    if (typeof reply === 'function') return reply();
    return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
  });
  const sessions: (string | null)[] = [];
  const onSession = ({ customer }: { customer: string | null }) => void sessions.push(customer);
  const made = createFurlongClient({ ...BRAND, url: 'https://club.example/graphql', getToken, onSession });
  clients.push(made);
  return { made, sessions };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const each of clients) each.close();
  clients = [];
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a request', () => {
  it('waits for the first token, and asks for it once', async () => {
    const getToken = vi.fn(() => Promise.resolve(tokenOf('c-1')));
    const { made, sessions } = client(getToken, () => json({ data: { club: SHOWN } }));
    const [{ data }] = await Promise.all([made.request(CLUB, BRAND), made.request(CLUB, BRAND)]);
    expect(data?.club?.id).toBe(SHOWN.id);
    expect(sent.map(({ authorization }) => authorization)).toEqual(Array(2).fill(`Bearer ${tokenOf('c-1')}`));
    expect([getToken.mock.calls, sessions]).toEqual([[['start']], ['c-1']]);
  });

  it('is sent once more with another token after a refusal', async () => {
    let serial = 0;
    const { made } = client(() => tokenOf('c-1', (serial += 1)), () => json({ errors: [{ message: 'expired' }] }, 401), () => json({ data: { club: null } }));
    await made.request(CLUB, BRAND);
    expect(sent.map(({ authorization }) => authorization)).toEqual([`Bearer ${tokenOf('c-1', 1)}`, `Bearer ${tokenOf('c-1', 2)}`]);
  });

  it('of a visitor has no token', async () => {
    const { made } = client(() => null, () => json({ data: { club: null } }));
    await expect(made.request(CLUB, BRAND)).resolves.toEqual({ data: { club: null }, faults: [] });
    expect(sent[0]?.authorization).toBeNull();
  });

  it('that is refused has status, code and wait', async () => {
    const refused = () => {
      const body = JSON.stringify({ errors: [{ message: 'busy', extensions: { code: 'OVERLOADED' } }] });
      return new Response(body, { status: 503, headers: { 'content-type': 'application/json', 'retry-after': '2' } });
    };
    const { made } = client(() => null, refused);
    await expect(made.request(CLUB, BRAND)).rejects.toMatchObject({ status: 503, code: 'OVERLOADED', passing: true, retryAfterMs: 2000 });
  });

  it('is given up after its time', async () => {
    const { made } = client(() => null, () => () => new Promise(() => undefined));
    const failed = made.request(CLUB, BRAND).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(REQUEST_MS + 1);
    expect(await failed).toBeInstanceOf(Unreached);
  });

  it('may be an operation of the page, which is sent as its text', async () => {
    const { made } = client(() => null, () => json({ data: { recentClubs: [] } }));
    const own = operationOf<{ recentClubs: readonly unknown[] }, { brand: string }>('query Mine($brand: ID!) { recentClubs(brand: $brand) { id } }');
    expect((await made.request(own, BRAND)).data?.recentClubs).toEqual([]);
    expect(sent[0]?.body).toMatchObject({ operationName: 'Mine', variables: BRAND });
    expect(sent[0]?.body.documentId).toBeUndefined();
  });
});

describe('a change', () => {
  const OPT_OUT = { kind: 'opt-out', brand: 'northbet' } as const;

  it('is sent with one key until its outcome is known', async () => {
    const { made } = client(() => tokenOf('c-1'), () => new Error('cut'), () => json({ data: { optOut: PAYLOAD } }));
    const outcome = made.change(OPT_OUT);
    await vi.runAllTimersAsync();
    expect(await outcome).toEqual({ kind: 'done', payload: PAYLOAD });
    expect(new Set(sent.map(({ body }) => body.variables.input?.idempotencyKey)).size).toBe(1);
    expect([sent.length, await made.unfinished()]).toEqual([2, []]);
  });

  it('without an answer is unfinished, and has the same key when it is sent again', async () => {
    const { made } = client(() => tokenOf('c-1'), () => new Error('cut'));
    const outcome = made.change(OPT_OUT);
    await vi.runAllTimersAsync();
    expect(await outcome).toEqual({ kind: 'unknown' });
    expect(await made.unfinished()).toEqual([OPT_OUT]);
    void made.change(OPT_OUT);
    await vi.runAllTimersAsync();
    expect(new Set(sent.map(({ body }) => body.variables.input?.idempotencyKey)).size).toBe(1);
  });

  it('of one customer is not unfinished for the next one', async () => {
    let customer = 'c-1';
    const { made } = client(() => tokenOf(customer), () => new Error('cut'));
    void made.change(OPT_OUT);
    await vi.runAllTimersAsync();
    customer = 'c-2';
    await made.refreshSession();
    expect(await made.unfinished()).toEqual([]);
  });
});

/** A WebSocket that never opens; a subscription is then streamed. */
class NoSocket {
  onclose: (event: { code: number; reason: string; wasClean: boolean }) => void = () => undefined;
  constructor() {
    queueMicrotask(() => this.onclose({ code: 1006, reason: '', wasClean: false }));
  }
  close(): void {
    this.onclose({ code: 1000, reason: '', wasClean: true });
  }
}

describe('what is followed', () => {
  beforeEach(() => void vi.stubGlobal('WebSocket', NoSocket));

  function stream(...events: readonly unknown[]): Response {
    const text = events.map((event) => `event: next\ndata: ${JSON.stringify(event)}\n\n`).join('');
    return new Response(text, { headers: { 'content-type': 'text/event-stream' } });
  }
  const EVENT = { data: { clubUpdated: { version: 1, club: SHOWN } } };

  it('comes again by itself after a loss, until the page ends it', async () => {
    const { made } = client(() => tokenOf('c-1'), () => stream(EVENT));
    const update = vi.fn();
    const paused = vi.fn();
    const end = made.subscribe(CLUB_UPDATED, BRAND, { update, paused });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(update.mock.calls.length).toBeGreaterThan(1);
    expect(update.mock.calls[0]?.[0]).toEqual({ ...EVENT, faults: [] });
    expect(paused).toHaveBeenCalledWith('lost', expect.any(Number));
    end();
    const requests = sent.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent.length).toBe(requests);
  });

  it('continues behind its newest position, but not for another customer', async () => {
    let customer = 'c-1';
    const at = (position: string) => stream({ ...EVENT, extensions: { position } });
    const { made } = client(() => tokenOf(customer), () => at('p1'), () => at('p2'), () => stream(EVENT));
    const update = vi.fn();
    made.subscribe(CLUB_UPDATED, BRAND, { update });
    await vi.advanceTimersByTimeAsync(20_000);
    const positions = () => sent.map(({ body }) => body.extensions?.position);
    expect(positions().slice(0, 4)).toEqual([undefined, 'p1', 'p2', 'p2']);
    expect(update.mock.calls[0]?.[0]).toEqual({ ...EVENT, faults: [], position: 'p1' });
    customer = 'c-2';
    const before = sent.length;
    await made.refreshSession();
    await vi.advanceTimersByTimeAsync(500);
    expect(positions().slice(before)).toEqual([undefined]);
  });

  it('asks the page for another token when the session ends', async () => {
    let serial = 0;
    const ended = { data: null, errors: [{ message: 'ended', extensions: { code: 'SESSION_EXPIRED' } }] };
    const { made } = client(() => tokenOf('c-1', (serial += 1)), () => stream(ended), () => stream(EVENT));
    const update = vi.fn();
    made.subscribe(CLUB_UPDATED, BRAND, { update });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent.slice(0, 2).map(({ authorization }) => authorization)).toEqual([`Bearer ${tokenOf('c-1', 1)}`, `Bearer ${tokenOf('c-1', 2)}`]);
    expect(update).toHaveBeenCalled();
  });

  it('is that of the customer who is signed in, and nothing for a visitor', async () => {
    let token: string | null = null;
    const { made } = client(() => token, () => stream(EVENT));
    made.subscribe(CLUB_UPDATED, BRAND, { update: () => undefined });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([]);
    token = tokenOf('c-2');
    await made.refreshSession();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent[0]?.authorization).toBe(`Bearer ${token}`);
  });
});

describe('operationOf', () => {
  it.each([
    ['query A { club { id } }', 'query', 'A'],
    ['fragment F on Club { query }\nmutation  B($a: Int) { x }', 'mutation', 'B'],
    ['fragment F on Club { id } subscription C { y }', 'subscription', 'C'],
    ['# query Not\n  query D { z }', 'query', 'D'],
  ])('finds kind and name of %j', (text, kind, name) => {
    expect(operationOf({ toString: () => text })).toEqual({ kind, name, id: null, text });
  });

  it.each(['{ club { id } }', 'fragment F on Club { id }'])('refuses %j, which has no name to send', (text) => {
    expect(() => operationOf(text)).toThrow(TypeError);
  });
});
