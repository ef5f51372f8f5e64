/** Reads events while the page can be seen: seldom while their prices come without it, and while it fails. */
import { type Answer, type Backoff, Unreached, waitMs } from '@furlong/client';

import { type BoardEvent, MAX_AGE_MS } from './board';
import type { EventsRead } from './offers';

export const POLL_MS = 3_000;
/** The interval of reads while the subscription brings the prices: the list has other events, or another order. */
export const LIST_MS = 15_000;
/** How long a read may take. */
export const GIVE_UP_MS = MAX_AGE_MS;
export const AFTER_FAILURES: Backoff = { firstMs: 2 * POLL_MS, mostMs: 60_000, share: 0.5 };

export interface EventPollerParts {
  readonly read: (signal: AbortSignal) => Promise<Answer<EventsRead>>;
  readonly tell: (event: BoardEvent) => void;
  readonly isVisible: () => boolean;
  /** Whether all prices that are shown come without reading. */
  readonly isFollowed: () => boolean;
  readonly now: () => number;
  readonly random: () => number;
}

export interface EventPoller {
  /** Reads now, in place of a read on its way. */
  refresh(): void;
  /** Forgets a read on its way, which may be older than what is shown, and reads again in a moment. */
  discard(): void;
  /** Stops while the page is hidden; reads at once when it is seen again. */
  visibilityChanged(): void;
  stop(): void;
}

/** Returns a poller that has read nothing yet. */
export function createEventPoller({ read, tell, isVisible, isFollowed, now, random }: EventPollerParts): EventPoller {
  let current: AbortController | null = null;
  let next: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let readAt = 0;

  function halt(): void {
    clearTimeout(next);
    const last = current;
    current = null;
    last?.abort();
  }

  function refresh(): void {
    halt();
    if (!isVisible()) return;
    current = new AbortController();
    readAt = now();
    void run(current);
  }

  /** Reads if it is time: when the subscription is lost, pages do not all read at the same moment. */
  function turn(): void {
    if (isFollowed() && now() - readAt < LIST_MS) next = setTimeout(turn, POLL_MS);
    else refresh();
  }

  async function run(mine: AbortController): Promise<void> {
    const late = setTimeout(() => mine.abort(new Unreached('gave up waiting', 0)), GIVE_UP_MS);
    const { event, retryAfterMs } = await outcome(mine.signal, readAt);
    clearTimeout(late);
    // Superseded by a newer read, or stopped.
    if (current !== mine) return;
    current = null;
    failures = event.type === 'failed' ? failures + 1 : 0;
    tell(event);
    next = failures > 0 ? setTimeout(refresh, waitMs(AFTER_FAILURES, failures, random, retryAfterMs)) : setTimeout(turn, POLL_MS);
  }

  async function outcome(signal: AbortSignal, at: number): Promise<{ event: BoardEvent; retryAfterMs: number | null }> {
    try {
      const answer = await read(signal);
      // Without events, a site may lack their subgraph, or it cannot be reached.
      return { event: answer.data?.events ? { type: 'read', answer, at } : { type: 'failed' }, retryAfterMs: null };
    } catch (error) {
      return { event: { type: 'failed' }, retryAfterMs: error instanceof Unreached ? error.retryAfterMs : null };
    }
  }

  return {
    refresh,
    discard() {
      if (current === null) return;
      halt();
      next = setTimeout(refresh, POLL_MS * random());
    },
    visibilityChanged() {
      if (!isVisible()) {
        halt();
        return;
      }
      tell({ type: 'returned' });
      refresh();
    },
    stop: halt,
  };
}
