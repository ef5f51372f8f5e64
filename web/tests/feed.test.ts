/** Polling that the slip never waits for. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { CLUB } from './example';
import { Unreached, type Answer } from '../packages/client/src/transport/ask';
import type { ClubData } from '../packages/client/src/operations/types';
import { startFeed, type Feed } from '../packages/club/src/state/feed';
import { AFTER_FAILURES, BUDGET_MS, GIVE_UP_MS, POLL_MS, QUICK_FOR_MS, QUICK_POLL_MS } from '../packages/club/src/state/poller';
import type { TrackerEvent } from '../packages/club/src/state/state';

interface Read {
  readonly signal: AbortSignal;
  readonly answer: () => void;
  readonly fail: (status: number, retryAfterMs?: number) => void;
}

/** A feed whose reads are answered by hand. */
function feedByHand() {
  const reads: Read[] = [];
  const told: TrackerEvent[] = [];
  let visible = true;
  const feed: Feed = startFeed({
    read: (signal) =>
      new Promise<Answer<ClubData>>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        reads.push({
          signal,
          answer: () => resolve({ data: { club: CLUB }, faults: [] }),
          fail: (status, retryAfterMs) => reject(new Unreached('failed', status, undefined, retryAfterMs)),
        });
      }),
    tell: (event) => told.push(event),
    isVisible: () => visible,
    now: () => Date.now(),
    connect: null,
    random: () => 1,
  });
  const last = (): Read => {
    const read = reads.at(-1);
    if (read === undefined) throw new Error('nothing was read');
    return read;
  };
  return {
    feed,
    told,
    last,
    count: () => reads.length,
    types: () => told.map(({ type }) => type),
    setVisible(now: boolean) {
      visible = now;
      feed.visibilityChanged();
    },
    async answer() {
      last().answer();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a read', () => {
  it('that is answered in time is told once', async () => {
    const hand = feedByHand();
    await hand.answer();
    await vi.advanceTimersByTimeAsync(BUDGET_MS);
    expect(hand.types()).toEqual(['answered']);
  });

  it('is overdue after its budget, and its late answer is still welcome', async () => {
    const hand = feedByHand();
    await vi.advanceTimersByTimeAsync(BUDGET_MS);
    expect(hand.types()).toEqual(['overdue']);
    await hand.answer();
    expect(hand.types()).toEqual(['overdue', 'answered']);
  });

  it('is given up in the end, and tried again', async () => {
    const hand = feedByHand();
    await vi.advanceTimersByTimeAsync(GIVE_UP_MS);
    expect(hand.told).toEqual([{ type: 'overdue' }, { type: 'failed', status: 0 }]);
    await vi.advanceTimersByTimeAsync(AFTER_FAILURES.firstMs);
    expect(hand.count()).toBe(2);
  });
});

describe('polling', () => {
  it('reads again some time after each answer', async () => {
    const hand = feedByHand();
    await hand.answer();
    await vi.advanceTimersByTimeAsync(POLL_MS - 1);
    expect(hand.count()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(hand.count()).toBe(2);
  });

  it('waits longer after each failure, up to a limit, and is itself again after an answer', async () => {
    const hand = feedByHand();
    const { firstMs, mostMs } = AFTER_FAILURES;
    for (const wait of [firstMs, 2 * firstMs, 4 * firstMs, mostMs, mostMs]) {
      const before = hand.count();
      hand.last().fail(503);
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(hand.count()).toBe(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(hand.count()).toBe(before + 1);
    }
    await hand.answer();
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(hand.count()).toBe(7);
  });

  it('waits at least as long as the server asks, and then not the same for all', async () => {
    const hand = feedByHand();
    hand.last().fail(503, 60_000);
    await vi.advanceTimersByTimeAsync(60_000 * 1.5 - 1);
    expect(hand.count()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(hand.count()).toBe(2);
  });

  it('ends when the session is not accepted any more', async () => {
    const hand = feedByHand();
    hand.last().fail(401);
    await vi.advanceTimersByTimeAsync(POLL_MS * 5);
    expect(hand.count()).toBe(1);
  });

  it('pauses while the page is hidden, and reads at once when it is seen again', async () => {
    const hand = feedByHand();
    await hand.answer();
    hand.setVisible(false);
    await vi.advanceTimersByTimeAsync(POLL_MS * 5);
    expect(hand.count()).toBe(1);
    hand.setVisible(true);
    expect(hand.count()).toBe(2);
  });

  it('is quicker for a while after a bet', async () => {
    const hand = feedByHand();
    hand.feed.quicken();
    await hand.answer();
    await vi.advanceTimersByTimeAsync(QUICK_POLL_MS);
    expect(hand.count()).toBe(3);
    await vi.advanceTimersByTimeAsync(QUICK_FOR_MS);
    await hand.answer();
    const before = hand.count();
    await vi.advanceTimersByTimeAsync(QUICK_POLL_MS);
    expect(hand.count()).toBe(before);
  });
});

describe('a refresh', () => {
  it('calls off the read under way, whose answer from before the change must not be shown', async () => {
    const hand = feedByHand();
    const old = hand.last();
    hand.feed.refresh();
    expect(old.signal.aborted).toBe(true);
    old.answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(hand.told).toEqual([]);
    await hand.answer();
    expect(hand.types()).toEqual(['answered']);
  });

  it('does not leave an overdue alarm of the read that it called off', async () => {
    const hand = feedByHand();
    await vi.advanceTimersByTimeAsync(BUDGET_MS - 1);
    hand.feed.refresh();
    await hand.answer();
    await vi.advanceTimersByTimeAsync(1);
    expect(hand.types()).toEqual(['answered']);
  });
});

describe('stop', () => {
  it('is for good: a change that finishes later does not start the feed again', async () => {
    const hand = feedByHand();
    hand.feed.stop();
    hand.feed.refresh();
    hand.feed.quicken();
    hand.setVisible(true);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(hand.count()).toBe(1);
  });

  it('ends polling and the read under way, without a word', async () => {
    const hand = feedByHand();
    hand.feed.stop();
    await vi.advanceTimersByTimeAsync(GIVE_UP_MS + POLL_MS);
    expect(hand.last().signal.aborted).toBe(true);
    expect(hand.count()).toBe(1);
    expect(hand.told).toEqual([]);
  });

  it('reads at once when there is a network again, however long the next try was to wait', async () => {
    const hand = feedByHand();
    for (let failed = 0; failed < 4; failed += 1) {
      hand.last().fail(0);
      await vi.advanceTimersByTimeAsync(AFTER_FAILURES.mostMs);
    }
    hand.last().fail(0);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    const before = hand.count();
    hand.feed.reconnected();
    expect(hand.count()).toBe(before + 1);
    hand.setVisible(false);
    hand.feed.reconnected();
    expect(hand.count()).toBe(before + 1);
    hand.feed.stop();
  });
});
