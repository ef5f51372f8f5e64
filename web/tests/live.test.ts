/** Updates by a subscription, and what happens when it ends. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { CLUB } from './example';
import type { ClubData } from '../packages/client/src/operations/types';
import { Unreached, type Answer } from '../packages/client/src/transport/ask';
import { HIDDEN_MS, startFeed } from '../packages/club/src/state/feed';
import { AFTER_LIVE, createLiveLoop, MAX_RESUMES, NEVER_LIVE, type Ending, type LiveListener } from '../packages/client/src/live/live';
import { AFTER_FAILURES, POLL_MS } from '../packages/club/src/state/poller';
import type { TrackerEvent } from '../packages/club/src/state/state';
import { mulberry } from './randomness';

const ANSWER = { data: { club: CLUB }, faults: [] };
const LATE = { message: 'late', path: ['club', 'options'], extensions: { code: 'DEADLINE_EXCEEDED' } };
const INCOMPLETE = { data: { club: { ...CLUB, options: null } }, faults: [LATE] };

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** A feed whose subscriptions are served by hand; reads are answered at once, the first ones completely. */
async function liveFeed(later: readonly (Answer<ClubData> | Promise<Answer<ClubData>>)[] = []) {
  const told: TrackerEvent[] = [];
  const open: LiveListener<ClubData>[] = [];
  let reads = 0;
  let closed = 0;
  let visible = true;
  const feed = startFeed({
    read: () => {
      reads += 1;
      return Promise.resolve(later[reads - 2] ?? ANSWER);
    },
    connect(listener) {
      open.push(listener);
      return () => {
        closed += 1;
      };
    },
    tell: (event) => told.push(event),
    isVisible: () => visible,
    now: () => Date.now(),
    random: () => 1,
  });
  await vi.advanceTimersByTimeAsync(0);
  return {
    feed,
    told,
    open,
    reads: () => reads,
    closed: () => closed,
    setVisible(now: boolean) {
      visible = now;
      feed.visibilityChanged();
    },
  };
}

describe('a subscription', () => {
  it('is opened after the first read, and polling goes on until it delivers', async () => {
    const { open, reads } = await liveFeed();
    expect(open.length).toBe(1);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(reads()).toBe(2);
    open[0]?.update(ANSWER);
    await vi.advanceTimersByTimeAsync(POLL_MS * 10);
    expect(reads()).toBe(2);
    expect(open.length).toBe(1);
  });

  it('is not opened for a visitor without a club', async () => {
    const connect = vi.fn(() => () => undefined);
    startFeed({
      read: () => Promise.resolve({ data: { club: null }, faults: [] }),
      connect,
      tell: () => undefined,
      isVisible: () => true,
      now: () => 0,
      random: () => 1,
    });
    await vi.advanceTimersByTimeAsync(POLL_MS * 3);
    expect(connect).not.toHaveBeenCalled();
  });

  it('that is lost is polled for at once, and opened again', async () => {
    const { open, reads, told } = await liveFeed();
    open[0]?.update(ANSWER);
    open[0]?.ended('lost');
    expect(told.at(-1)).toEqual({ type: 'overdue' });
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(reads()).toBe(2);
    await vi.advanceTimersByTimeAsync(AFTER_LIVE.firstMs - POLL_MS);
    expect(open.length).toBe(2);
    open[1]?.update(ANSWER);
    const before = reads();
    await vi.advanceTimersByTimeAsync(POLL_MS * 10);
    expect(reads()).toBe(before);
  });

  it('that delivers an update without some part has the part read, less and less often, until it is there', async () => {
    const { open, reads } = await liveFeed([INCOMPLETE, INCOMPLETE]);
    const { firstMs } = AFTER_FAILURES;
    open[0]?.update(INCOMPLETE);
    for (const [wait, total] of [[firstMs, 2], [2 * firstMs, 3], [4 * firstMs, 4]] as const) {
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(reads()).toBe(total - 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(reads()).toBe(total);
    }
    await vi.advanceTimersByTimeAsync(AFTER_FAILURES.mostMs * 2);
    expect([reads(), open.length]).toEqual([4, 1]);
  });

  it('that delivers the part by itself, or ends, does not have it read', async () => {
    const { open, reads, feed } = await liveFeed();
    open[0]?.update(INCOMPLETE);
    open[0]?.update(ANSWER);
    await vi.advanceTimersByTimeAsync(AFTER_FAILURES.mostMs);
    expect(reads()).toBe(1);
    open[0]?.update(INCOMPLETE);
    feed.stop();
    await vi.advanceTimersByTimeAsync(AFTER_FAILURES.mostMs);
    expect(reads()).toBe(1);
  });

  it('that delivered everything does not have it read because an older read fails', async () => {
    const { open, reads } = await liveFeed([
      new Promise((_, reject) => setTimeout(() => reject(new Unreached('late', 0)), POLL_MS + 1_000)),
    ]);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    open[0]?.update(ANSWER);
    await vi.advanceTimersByTimeAsync(AFTER_FAILURES.mostMs);
    expect(reads()).toBe(2);
  });

  it('that delivered too little to a hidden page has it read when the page is seen again', async () => {
    const page = await liveFeed();
    page.open[0]?.update(INCOMPLETE);
    page.setVisible(false);
    await vi.advanceTimersByTimeAsync(AFTER_FAILURES.firstMs);
    expect(page.reads()).toBe(1);
    page.setVisible(true);
    expect(page.reads()).toBe(2);
  });

  it('that was never had is tried seldom, and polling goes on', async () => {
    const { open, reads } = await liveFeed();
    open[0]?.ended('lost');
    await vi.advanceTimersByTimeAsync(NEVER_LIVE.firstMs - 1);
    expect(open.length).toBe(1);
    expect(reads()).toBe(1 + Math.floor((NEVER_LIVE.firstMs - 1) / POLL_MS));
    await vi.advanceTimersByTimeAsync(1);
    expect(open.length).toBe(2);
  });

  it('that the server does not offer is not tried again', async () => {
    const { open } = await liveFeed();
    open[0]?.ended('unsupported');
    await vi.advanceTimersByTimeAsync(NEVER_LIVE.mostMs * 2);
    expect(open.length).toBe(1);
  });

  it('whose token has ended is opened again soon', async () => {
    const { open } = await liveFeed();
    open[0]?.update(ANSWER);
    open[0]?.ended('session');
    await vi.advanceTimersByTimeAsync(500);
    expect(open.length).toBe(2);
  });

  it('is closed when the page has been hidden for a while, and opened again when it is seen', async () => {
    const page = await liveFeed();
    const { open, closed, reads } = page;
    open[0]?.update(ANSWER);
    page.setVisible(false);
    await vi.advanceTimersByTimeAsync(HIDDEN_MS - 1);
    page.setVisible(true);
    await vi.advanceTimersByTimeAsync(HIDDEN_MS);
    expect([closed(), reads()]).toEqual([0, 1]);
    page.setVisible(false);
    await vi.advanceTimersByTimeAsync(HIDDEN_MS);
    expect(closed()).toBe(1);
    page.setVisible(true);
    await vi.advanceTimersByTimeAsync(0);
    expect([open.length, reads()]).toEqual([2, 2]);
  });

  it('ends with the feed, and is not opened again', async () => {
    const { feed, open, closed } = await liveFeed();
    feed.stop();
    await vi.advanceTimersByTimeAsync(NEVER_LIVE.mostMs);
    expect([closed(), open.length]).toEqual([1, 1]);
  });
});

/** A loop whose connections are served by hand. */
function loopOf() {
  const open: LiveListener<unknown>[] = [];
  const after: (string | null)[] = [];
  const shown: unknown[] = [];
  const endings: [Ending, number | null][] = [];
  const loop = createLiveLoop<unknown>({
    connect(listener, position) {
      open.push(listener);
      after.push(position);
      return () => undefined;
    },
    updated: ({ data }) => shown.push(data),
    down: (ending, since) => endings.push([ending, since]),
    random: () => 1,
  });
  loop.start();
  return { loop, open, after, shown, endings };
}

const at = (position: string, data: unknown = position) => ({ data, faults: [], position });

describe('a subscription whose responses have positions', () => {
  it('continues behind the newest one, also after a stop', async () => {
    const { loop, open, after, shown } = loopOf();
    open[0]?.update(at('p1'));
    open[0]?.update(at('p2'));
    open[0]?.update({ data: 'without', faults: [] });
    open[0]?.ended('lost');
    await vi.advanceTimersByTimeAsync(AFTER_LIVE.mostMs);
    open[1]?.update(at('p3'));
    loop.stop();
    loop.start();
    expect([after, shown]).toEqual([[null, 'p2', 'p3'], ['p1', 'p2', 'without', 'p3']]);
    loop.stop();
    loop.forget();
    loop.start();
    expect(after.at(-1)).toBeNull();
  });

  it('begins soon with the present state when its position is too old', async () => {
    const { open, after } = loopOf();
    open[0]?.update(at('p1'));
    open[0]?.ended('lost');
    await vi.advanceTimersByTimeAsync(AFTER_LIVE.mostMs);
    open[1]?.ended('position');
    await vi.advanceTimersByTimeAsync(AFTER_LIVE.firstMs);
    expect(after).toEqual([null, 'p1', null]);
  });

  it.each([
    ['begins with the present state after some tries in vain, whatever the server says', true, null],
    ['continues however long the server cannot be reached', false, 'p1'],
  ] as const)('%s', async (_, isHeard, last) => {
    const { open, after } = loopOf();
    open[0]?.update(at('p1'));
    open[0]?.ended('lost');
    for (let tries = 0; tries < MAX_RESUMES; tries += 1) {
      await vi.advanceTimersByTimeAsync(AFTER_LIVE.mostMs);
      if (isHeard) open.at(-1)?.heard?.();
      open.at(-1)?.ended('lost');
    }
    await vi.advanceTimersByTimeAsync(AFTER_LIVE.mostMs);
    expect(after).toEqual([null, ...Array<string>(MAX_RESUMES).fill('p1'), last]);
  });

  it('says since when what it brought may be old: since the connection was last heard', async () => {
    const { open, endings } = loopOf();
    open[0]?.heard?.();
    open[0]?.ended('lost');
    await vi.advanceTimersByTimeAsync(NEVER_LIVE.mostMs);
    const opened = Date.now();
    open[1]?.update(at('p1'));
    await vi.advanceTimersByTimeAsync(25_000);
    open[1]?.heard?.();
    await vi.advanceTimersByTimeAsync(60_000);
    open[1]?.ended('lost');
    expect(endings).toEqual([['lost', null], ['lost', opened + 25_000]]);
  });
});

describe('a loop that is renewed', () => {
  it('begins with the present state of what it follows now, and keeps a pause before the next try', async () => {
    const { loop, open, after } = loopOf();
    open[0]?.update(at('p1'));
    loop.renew();
    expect(after).toEqual([null, null]);
    open[1]?.update(at('p2'));
    open[1]?.ended('lost');
    loop.renew();
    expect(after.length).toBe(2);
    await vi.advanceTimersByTimeAsync(AFTER_LIVE.mostMs);
    expect(after).toEqual([null, null, null]);
  });
});

describe('two hundred pages whose gateway is killed and comes back', () => {
  const PAGES = 200;
  const WINDOW_MS = 250;

  it('are live again within ten seconds, without a rush', async () => {
    const random = mulberry(20_261_121);
    const requests: number[] = [];
    const live = new Set<number>();
    const listeners = new Map<number, LiveListener<ClubData>>();
    let up = true;
    for (let page = 0; page < PAGES; page += 1) {
      startFeed({
        read() {
          requests.push(Date.now());
          return up ? Promise.resolve(ANSWER) : Promise.reject(new Unreached('refused', 503, undefined, 1_000));
        },
        connect(listener) {
          requests.push(Date.now());
          if (up) {
            listeners.set(page, listener);
            live.add(page);
          }
          queueMicrotask(() => (up ? listener.update(ANSWER) : listener.ended('lost')));
          return () => undefined;
        },
        tell: () => undefined,
        isVisible: () => true,
        now: () => Date.now(),
        random,
      });
    }
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(live.size).toBe(PAGES);

    requests.length = 0;
    up = false;
    live.clear();
    for (const listener of [...listeners.values()]) listener.ended('lost');
    await vi.advanceTimersByTimeAsync(60_000);
    // While it is unavailable, each page asks less than once in two seconds, though it both polls and connects.
    expect(requests.length).toBeLessThan((PAGES * 60) / 2);

    up = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(live.size).toBe(PAGES);
    expect(most(requests, WINDOW_MS)).toBeLessThan(PAGES / 4);
  });
});

/** The most moments in a window of this width. */
function most(moments: readonly number[], width: number): number {
  const counts = new Map<number, number>();
  for (const moment of moments) {
    const window = Math.floor(moment / width);
    counts.set(window, (counts.get(window) ?? 0) + 1);
  }
  return Math.max(...counts.values());
}
