/** Server-sent events for networks that block WebSockets, and the choice between the two. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { CLUB } from './example';
import { overEvents, SILENT_MS } from '../packages/client/src/transport/events';
import { CLUB_UPDATED } from '../packages/client/src/operations/documents';
import type { ClubUpdatedData } from '../packages/client/src/operations/types';
import { OPEN_MS, firstThatWorks } from '../packages/client/src/transport/subscription';
import type { ConnectLive, Ending, LiveListener } from '../packages/client/src/live/live';

const LATER = { data: { clubUpdated: { version: 2, club: CLUB } }, extensions: { position: 'p2' } };
const EVENT = `event: next\ndata: ${JSON.stringify({ data: { clubUpdated: { version: 1, club: CLUB } } })}\n\n`;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Streams what the test writes; each request gets a stream of its own. */
function server(status = 200) {
  const requests: { url: string; init: RequestInit }[] = [];
  const streams: ReadableStreamDefaultController<Uint8Array>[] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    requests.push({ url, init });
    const body = new ReadableStream<Uint8Array>({
      start(stream) {
        streams.push(stream);
        init.signal?.addEventListener('abort', () => stream.error(new Error('aborted')));
      },
    });
    return Promise.resolve(new Response(body, { status, headers: { 'content-type': 'text/event-stream' } }));
  });
  return { requests, write: (text: string) => streams.at(-1)?.enqueue(new TextEncoder().encode(text)), streams };
}

async function turns(): Promise<void> {
  await vi.advanceTimersByTimeAsync(1);
}

async function followed(status = 200, token: string | null = 'token', after: string | null = null) {
  const at = server(status);
  const updates: unknown[] = [];
  const positions: unknown[] = [];
  const endings: Ending[] = [];
  const heard = vi.fn();
  const listener: LiveListener<ClubUpdatedData> = {
    heard,
    update({ data, position }) {
      updates.push(data?.clubUpdated.club.id);
      positions.push(position);
    },
    ended: (ending) => void endings.push(ending),
  };
  const close = overEvents('https://club.example/graphql', 'de')(CLUB_UPDATED, { brand: 'northbet' }, () => token, listener, after);
  await turns();
  return { ...at, updates, positions, endings, heard, close };
}

describe('server-sent events', () => {
  it('are requested with the token and the language, by the id of the document', async () => {
    const { requests, write, updates } = await followed();
    const [{ url, init } = { url: '', init: {} }] = requests;
    expect(url).toBe('https://club.example/graphql');
    expect(init.headers).toMatchObject({
      accept: 'text/event-stream',
      'accept-language': 'de',
      authorization: 'Bearer token',
    });
    expect(JSON.parse(init.body as string)).toEqual({ documentId: CLUB_UPDATED.id, variables: { brand: 'northbet' } });
    write(EVENT);
    await turns();
    expect(updates).toEqual([CLUB.id]);
  });

  it('are requested without a token for a visitor', async () => {
    const { requests } = await followed(200, null);
    expect(Object.keys(requests[0]?.init.headers ?? {})).not.toContain('authorization');
  });

  it('continue behind a position, and say the next one', async () => {
    const { requests, write, positions, heard } = await followed(200, 'token', 'p1');
    expect(JSON.parse(requests[0]?.init.body as string)).toMatchObject({ extensions: { position: 'p1' } });
    write(`${EVENT}event: next\ndata: ${JSON.stringify(LATER)}\n\n`);
    await turns();
    expect([positions, heard.mock.calls.length]).toEqual([[undefined, 'p2'], 1]);
  });

  it('are requested by the text from a gateway that does not know the id', async () => {
    const { requests, write, streams, endings } = await followed();
    const errors = [{ message: 'unknown', extensions: { code: 'PERSISTED_DOCUMENT_NOT_FOUND' } }];
    write(`event: next\ndata: ${JSON.stringify({ errors })}\n\nevent: complete\ndata: \n\n`);
    streams[0]?.close();
    await turns();
    expect(JSON.parse(requests[1]?.init.body as string)).toMatchObject({ query: CLUB_UPDATED.text });
    expect(endings).toEqual([]);
  });

  it.each([
    [401, 'session'],
    [503, 'lost'],
  ] as const)('refused with %i are over because of: %s', async (status, ending) => {
    const { endings } = await followed(status);
    expect(endings).toEqual([ending]);
  });

  it('behind a position that is too old say so', async () => {
    const { write, endings } = await followed(200, 'token', 'p1');
    const errors = [{ message: 'too old', extensions: { code: 'POSITION_TOO_OLD' } }];
    write(`event: next\ndata: ${JSON.stringify({ errors })}\n\n`);
    await turns();
    expect(endings).toEqual(['position']);
  });

  it('ended by the session say so', async () => {
    const { write, endings } = await followed();
    const errors = [{ message: 'ended', extensions: { code: 'SESSION_EXPIRED' } }];
    write(`event: next\ndata: ${JSON.stringify({ data: null, errors })}\n\n`);
    await turns();
    expect(endings).toEqual(['session']);
  });

  it('count as lost after a long silence; the comments of the gateway break it', async () => {
    const { write, endings } = await followed();
    await vi.advanceTimersByTimeAsync(SILENT_MS - 10);
    write(':\n\n');
    await vi.advanceTimersByTimeAsync(SILENT_MS - 10);
    expect(endings).toEqual([]);
    await vi.advanceTimersByTimeAsync(20);
    expect(endings).toEqual(['lost']);
  });

  it('that are closed by the page say nothing more', async () => {
    const { write, updates, endings, close } = await followed();
    write(EVENT);
    await turns();
    close();
    await vi.advanceTimersByTimeAsync(2 * SILENT_MS);
    expect([updates.length, endings]).toEqual([1, []]);
  });
});

/** A transport that is served by hand. */
function transport() {
  const open: LiveListener<unknown>[] = [];
  const after: unknown[] = [];
  const closed = { count: 0 };
  const connect: ConnectLive = (_operation, _variables, _token, listener, position) => {
    after.push(position);
    open.push(listener as LiveListener<unknown>);
    return () => {
      closed.count += 1;
    };
  };
  return { connect, open, after, closed };
}

function chosen() {
  const socket = transport();
  const events = transport();
  const endings: Ending[] = [];
  const live = firstThatWorks([socket.connect, events.connect]);
  const listener = { update: () => undefined, ended: (end: Ending) => void endings.push(end) };
  const start = (after: string | null = null) => live(CLUB_UPDATED, { brand: 'northbet' }, () => 'token', listener, after);
  return { socket, events, endings, start };
}

const ANSWER = { data: { clubUpdated: { version: 1, club: CLUB } }, faults: [] };

describe('the transport', () => {
  it('is the next one if the first is refused, and stays the one that worked', () => {
    const { socket, events, endings, start } = chosen();
    start();
    socket.open[0]?.ended('lost');
    events.open[0]?.update(ANSWER);
    events.open[0]?.ended('lost');
    start();
    expect([socket.open.length, events.open.length, endings]).toEqual([1, 2, ['lost']]);
  });

  it('is the next one if the first does not open in time', async () => {
    const { socket, events, start } = chosen();
    start();
    await vi.advanceTimersByTimeAsync(OPEN_MS);
    expect([socket.closed.count, events.open.length]).toEqual([1, 1]);
  });

  it('is kept if it is open, however long its first update takes', async () => {
    const { socket, events, start } = chosen();
    start();
    socket.open[0]?.opened?.();
    await vi.advanceTimersByTimeAsync(2 * OPEN_MS);
    expect([socket.closed.count, events.open.length]).toEqual([0, 0]);
  });

  it('that worked is not replaced while the server restarts', () => {
    const { socket, events, endings, start } = chosen();
    start();
    socket.open[0]?.update(ANSWER);
    socket.open[0]?.ended('lost');
    start();
    socket.open[1]?.ended('lost');
    expect([events.open.length, endings]).toEqual([0, ['lost', 'lost']]);
  });

  it('is none if all fail, and the first is tried first again', () => {
    const { socket, events, endings, start } = chosen();
    start();
    socket.open[0]?.ended('lost');
    events.open[0]?.ended('lost');
    expect(endings).toEqual(['lost']);
    start();
    expect(socket.open.length).toBe(2);
  });

  it.each(['session', 'position'] as const)('does not matter to an ending by the server: %s', (ending) => {
    const { socket, events, endings, start } = chosen();
    start();
    socket.open[0]?.ended(ending);
    expect([events.open.length, endings]).toEqual([0, [ending]]);
  });

  it('is given the position by each of them', () => {
    const { socket, events, start } = chosen();
    start('p1');
    socket.open[0]?.ended('lost');
    expect([socket.after, events.after]).toEqual([['p1'], ['p1']]);
  });

  it('is not tried after the page has closed it', async () => {
    const { events, endings, start } = chosen();
    start()();
    await vi.advanceTimersByTimeAsync(2 * OPEN_MS);
    expect([events.open.length, endings]).toEqual([0, []]);
  });
});
