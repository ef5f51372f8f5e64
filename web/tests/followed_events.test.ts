/** The prices of the demo's page by its subscription: how they come beside reads, and what happens without them. */
import type { Ending, LiveListener } from '@furlong/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type Board, type BoardEvent, isFollowed, MAX_AGE_MS, reduceBoard } from '../demo/events/board';
import type { EventPricesSubscription } from '../demo/generated/operations';
import { MOVED_MS } from '../demo/events/moves';
import { standingOf } from '../demo/events/picked';
import { createEventPoller, LIST_MS, POLL_MS } from '../demo/events/poller';
import { createLivePrices, HIDDEN_MS, MAX_FOLLOWED, SETTLE_MS } from '../demo/events/prices';
import { AFTER_LIVE, NEVER_LIVE } from '../packages/client/src/live/live';
import { mulberry } from './randomness';
import { answer, event, read, START, updated } from './shownEvents';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const odds = ({ events }: Board) => events.map(({ markets }) => markets[0]?.selections[0]?.odds?.milli);
const moves = (board: Board) => [...board.moves].map(([selection, { to }]) => [selection, to]);
const standing = ({ picks: [picked], prices }: Board) => (picked === undefined ? null : standingOf(picked, prices).kind);

function unfollowed(board: Board, since: number, at = since): Board {
  return reduceBoard(board, { type: 'unfollowed', since, at });
}

describe('an update', () => {
  it('shows what has changed, and marks it for a moment', () => {
    const followed = updated(read(START, [event('a', [2000]), event('b', [3000])]), [event('a', [2000]), event('b', [3000])]);
    const changed = updated(followed, [event('b', [2800])], false, 10_000);
    expect([odds(changed), moves(changed), changed.prices]).toEqual([[2000, 2800], [['b-0', 'down']], 'live']);
    const again = updated(changed, [event('a', [2100])], false, 10_000 + MOVED_MS - 1);
    expect(moves(again)).toEqual([['b-0', 'down'], ['a-0', 'up']]);
    expect(moves(reduceBoard(again, { type: 'aged', at: 10_000 + MOVED_MS }))).toEqual([['a-0', 'up']]);
  });

  it('moves what is on the slip, which asks to accept it once the customer has picked it', () => {
    const followed = updated(read(START, [event('a', [2000])]), [event('a', [2000])]);
    const picked = reduceBoard(followed, { type: 'picked', selection: 'a-0' });
    const moved = updated(picked, [event('a', [1800])], false);
    expect([moved.picks[0]?.seen?.milli, standing(moved)]).toEqual([2000, 'moved']);
    expect(standing(updated(picked, [event('a', [2000], { market: 'SUSPENDED' })], false))).toBe('suspended');
    expect(standing(updated(picked, [event('b', [2000])], false))).toBe('open');
  });

  it('brings the further markets of what is opened', () => {
    const [main] = event('a', [2000]).markets;
    const [further] = event('a-half', [5000]).markets;
    const whole = { ...event('a', [2000]), markets: [main, further].filter((market) => market !== undefined) };
    const opened = updated(read(START, [event('a', [2000])], { opened: whole }), [whole]);
    const changed = updated(opened, [{ ...whole, status: 'LIVE', markets: event('a-half', [4500]).markets }], false);
    expect([changed.opened?.status, changed.opened?.markets[0]?.selections[0]?.odds?.milli]).toEqual(['LIVE', 4500]);
  });

  it('is ahead of a read, whose list is taken all the same', () => {
    const followed = updated(read(START, [event('a', [2000]), event('b', [3000])]), [event('a', [2100]), event('b', [3100])]);
    const later = read(followed, [event('c', [4000]), event('a', [2000])]);
    expect([odds(later), isFollowed(followed), isFollowed(later)]).toEqual([[4000, 2100], true, false]);
    expect(isFollowed(updated(later, [event('a', [2100]), event('c', [4000])]))).toBe(true);
  });

  it('makes prices the present ones again, if it brings all that are shown', () => {
    const paused = reduceBoard(read(START, [event('a', [2000]), event('b', [3000])]), { type: 'failed' });
    expect(updated(paused, [event('a', [2000])]).prices).toBe('paused');
    expect(updated(paused, [event('a', [2000]), event('b', [3000])]).prices).toBe('live');
  });
});

describe('while the subscription brings all prices', () => {
  it('a read that fails pauses nothing, and neither does coming back to the page', () => {
    const followed = updated(read(START, [event('a', [2000])]), [event('a', [2000])]);
    expect(reduceBoard(followed, { type: 'failed' })).toBe(followed);
    expect(reduceBoard(followed, { type: 'returned' })).toBe(followed);
  });

  it('they are paused if a read fails that should have brought the others', () => {
    const partly = updated(read(START, [event('a', [2000]), event('b', [2000])]), [event('a', [2000])]);
    expect(reduceBoard(partly, { type: 'failed' }).prices).toBe('paused');
  });

  it('its end leaves them for as long as a read may take, and says since when they may be old', () => {
    const followed = updated(read(START, [event('a', [2000])]), [event('a', [2000])], true, 50_000);
    const ended = unfollowed(followed, 60_000, 60_000 + MAX_AGE_MS);
    expect([ended.prices, ended.presentAt]).toEqual(['live', 60_000]);
    expect(unfollowed(followed, 60_000, 60_001 + MAX_AGE_MS).prices).toBe('waiting');
    expect(reduceBoard(ended, { type: 'failed' })).toMatchObject({ prices: 'paused', presentAt: 60_000 });
    expect(odds(read(ended, [event('a', [2200])]))).toEqual([2200]);
  });
});

describe('any order of updates, losses and reads', () => {
  const IDS = ['a', 'b', 'c'];
  const EXAMPLES = 200;
  const STEPS = 80;

  /** The graph, whose events have versions as odds: each change has the next one. */
  function graph() {
    const versions = new Map(IDS.map((id) => [id, 1000]));
    const state = (id: string) => event(id, [versions.get(id) ?? 0]);
    return { versions, state, all: () => IDS.map(state) };
  }

  it.each(Array.from({ length: EXAMPLES }, (_, seed) => seed))('shows nothing older after something newer, and at last the present: %i', (seed) => {
    const random = mulberry(seed);
    const { versions, state, all } = graph();
    const dirty = new Set<string>();
    let board = read(START, all());
    let [isOpen, isKnown, at] = [false, false, POLL_MS];
    let reading: ReturnType<typeof answer> | null = null;

    function shows(next: Board): void {
      const pairs = odds(next).map((milli, place) => [odds(board)[place] ?? 0, milli ?? 0] as const);
      for (const [before, after] of pairs) expect(after).toBeGreaterThanOrEqual(before);
      board = next;
    }

    /** Brings what has changed since the position, and perhaps more; or all of it. */
    function push(isImage: boolean): void {
      const some = IDS.filter((id) => isImage || dirty.has(id) || random() < 0.2);
      dirty.clear();
      [isOpen, isKnown] = [true, true];
      shows(updated(board, some.map(state), isImage, at));
    }

    const steps: readonly (() => void)[] = [
      () => {
        const id = IDS[Math.floor(random() * IDS.length)] ?? 'a';
        versions.set(id, (versions.get(id) ?? 0) + 1);
        dirty.add(id);
      },
      () => push(!isOpen && (!isKnown || random() < 0.3)),
      () => {
        if (!isOpen) return;
        // What is on its way is discarded.
        [isOpen, reading] = [false, null];
        shows(unfollowed(board, at));
      },
      () => {
        reading ??= answer(all());
      },
      () => {
        if (reading !== null) shows(reduceBoard(board, { type: 'read', answer: reading, at }));
        reading = null;
      },
    ];
    for (let step = 0; step < STEPS; step += 1) {
      at += 100;
      steps[Math.floor(random() * steps.length)]?.();
    }
    push(!isOpen && !isKnown);
    expect([odds(board), board.prices]).toEqual([[...versions.values()], 'live']);
  });
});

/** Prices whose connections are served by hand. */
function prices() {
  const told: BoardEvent[] = [];
  const open: { ids: readonly string[]; after: string | null; listener: LiveListener<EventPricesSubscription> }[] = [];
  let [closed, visible] = [0, true];
  const live = createLivePrices({
    connect(ids, listener, after) {
      open.push({ ids, after, listener });
      return () => {
        closed += 1;
      };
    },
    tell: (said) => told.push(said),
    isVisible: () => visible,
    now: Date.now,
    random: () => 1,
  });
  return {
    live,
    told,
    open,
    closed: () => closed,
    update: (position: string) => {
      const eventsUpdated = { position, image: true, events: [] };
      open.at(-1)?.listener.update({ data: { eventsUpdated }, faults: [], position });
    },
    end: (ending: Ending) => open.at(-1)?.listener.ended(ending),
    setVisible: (now: boolean) => {
      visible = now;
      live.visibilityChanged();
    },
  };
}

describe('following', () => {
  it('begins at once with the first events, in one order and as many as the graph takes', async () => {
    const { live, open, told, update } = prices();
    const many = Array.from({ length: MAX_FOLLOWED + 20 }, (_, place) => `e${String(99 - place)}`);
    live.follow([...many, ...many]);
    await vi.advanceTimersByTimeAsync(0);
    expect(open.map(({ ids }) => ids)).toEqual([many.slice(0, MAX_FOLLOWED).sort()]);
    update('p1');
    expect(told).toEqual([{ type: 'updated', update: { position: 'p1', image: true, events: [] }, at: 0 }]);
  });

  it('goes on with fewer events, and begins anew with others after a pause', async () => {
    const { live, open, told, update, closed } = prices();
    live.follow(['a', 'b']);
    await vi.advanceTimersByTimeAsync(0);
    update('p1');
    live.follow(['b']);
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    expect(open.length).toBe(1);
    live.follow(['b', 'c']);
    await vi.advanceTimersByTimeAsync(SETTLE_MS - 1);
    live.follow(['b', 'd']);
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    expect([open.length, open[1]?.ids, open[1]?.after, closed()]).toEqual([2, ['b', 'd'], null, 1]);
    update('p2');
    await vi.advanceTimersByTimeAsync(MAX_AGE_MS);
    expect(told.map(({ type }) => type)).toEqual(['updated', 'updated']);
  });

  it('does not wait long for the image of others, or of the same', async () => {
    const { live, told, update } = prices();
    live.follow(['a']);
    await vi.advanceTimersByTimeAsync(0);
    update('p1');
    live.renew();
    await vi.advanceTimersByTimeAsync(MAX_AGE_MS);
    expect(told.at(-1)).toEqual({ type: 'unfollowed', since: 0, at: MAX_AGE_MS });
    update('p2');
    expect(told.at(-1)?.type).toBe('updated');
  });

  it('continues behind the newest position after a loss, and says when it was lost', async () => {
    const { live, open, told, update, end } = prices();
    live.follow(['a']);
    await vi.advanceTimersByTimeAsync(0);
    update('p1');
    await vi.advanceTimersByTimeAsync(1_000);
    open[0]?.listener.heard?.();
    await vi.advanceTimersByTimeAsync(40_000);
    end('lost');
    expect(told.at(-1)).toEqual({ type: 'unfollowed', since: 1_000, at: 41_000 });
    await vi.advanceTimersByTimeAsync(AFTER_LIVE.mostMs);
    expect(open[1]).toMatchObject({ ids: ['a'], after: 'p1' });
    end('lost');
    expect(told.length).toBe(2);
  });

  it('ends some time after the page is hidden, and continues when it is seen', async () => {
    const { live, open, told, update, closed, setVisible } = prices();
    live.follow(['a']);
    await vi.advanceTimersByTimeAsync(0);
    update('p1');
    setVisible(false);
    await vi.advanceTimersByTimeAsync(HIDDEN_MS - 1);
    setVisible(true);
    await vi.advanceTimersByTimeAsync(HIDDEN_MS);
    expect([closed(), open.length]).toEqual([0, 1]);
    setVisible(false);
    await vi.advanceTimersByTimeAsync(HIDDEN_MS);
    expect([closed(), told.at(-1)?.type]).toEqual([1, 'unfollowed']);
    setVisible(true);
    expect([open.length, open[1]?.after]).toEqual([2, 'p1']);
  });

  it('is not tried again where it is not offered, and seldom where it never worked', async () => {
    const refused = prices();
    const blocked = prices();
    for (const { live } of [refused, blocked]) live.follow(['a']);
    await vi.advanceTimersByTimeAsync(0);
    refused.end('unsupported');
    blocked.end('lost');
    for (const { live } of [refused, blocked]) live.follow(['b']);
    await vi.advanceTimersByTimeAsync(NEVER_LIVE.firstMs - 1);
    expect([refused.open.length, blocked.open.length]).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(1);
    expect([refused.open.length, blocked.open.map(({ ids }) => ids)]).toEqual([1, [['a'], ['b']]]);
    expect([refused.told, blocked.told]).toEqual([[], []]);
  });

  it('ends with the page', async () => {
    const { live, open, closed, setVisible } = prices();
    live.follow(['a']);
    await vi.advanceTimersByTimeAsync(0);
    setVisible(false);
    live.follow(['b']);
    live.stop();
    await vi.advanceTimersByTimeAsync(NEVER_LIVE.mostMs);
    expect([open.length, closed()]).toEqual([1, 1]);
  });
});

describe('reading', () => {
  function poller(reading: (signal: AbortSignal) => Promise<ReturnType<typeof answer>>) {
    const told: BoardEvent[] = [];
    const page = { isFollowed: true };
    const reads = vi.fn(reading);
    const made = createEventPoller({
      read: reads,
      tell: (said) => told.push(said),
      isVisible: () => true,
      isFollowed: () => page.isFollowed,
      now: Date.now,
      random: () => 0.5,
    });
    return { made, told, page, reads };
  }

  it('is seldom while prices come without it, and as often as ever within one turn of their end', async () => {
    const { made, reads, page } = poller(() => Promise.resolve(answer([])));
    made.refresh();
    await vi.advanceTimersByTimeAsync(LIST_MS - 1);
    expect(reads).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(reads).toHaveBeenCalledTimes(2);
    page.isFollowed = false;
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(reads).toHaveBeenCalledTimes(3);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(reads).toHaveBeenCalledTimes(4);
    made.stop();
  });

  it('forgets what was asked before the subscription ended', async () => {
    let answers = new Promise<ReturnType<typeof answer>>(() => undefined);
    const { made, told, reads } = poller(() => answers);
    made.refresh();
    await vi.advanceTimersByTimeAsync(1_000);
    made.discard();
    expect(reads.mock.calls[0]?.[0].aborted).toBe(true);
    answers = Promise.resolve(answer([]));
    await vi.advanceTimersByTimeAsync(POLL_MS / 2);
    expect([reads.mock.calls.length, told]).toEqual([2, [{ type: 'read', answer: answer([]), at: 1_000 + POLL_MS / 2 }]]);
    made.discard();
    await vi.advanceTimersByTimeAsync(POLL_MS - 1);
    expect(reads).toHaveBeenCalledTimes(2);
    made.stop();
  });
});
