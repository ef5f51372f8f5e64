/** Reads events every few seconds while the page can be seen, and less often while that fails. */
import { type Answer, type Backoff, Unreached, waitMs } from '@furlong/client';

import type { BoardEvent } from './board';
import type { SportsEventsQuery } from './generated/operations';

export const POLL_MS = 3_000;
/** How long a read may take: older prices are not shown as if they were the present ones. */
export const GIVE_UP_MS = 5_000;
export const AFTER_FAILURES: Backoff = { firstMs: 2 * POLL_MS, mostMs: 60_000, share: 0.5 };

export interface EventPollerParts {
  readonly read: (signal: AbortSignal) => Promise<Answer<SportsEventsQuery>>;
  readonly tell: (event: BoardEvent) => void;
  readonly isVisible: () => boolean;
  readonly random: () => number;
}

export interface EventPoller {
  /** Reads now, in place of a read on its way. */
  refresh(): void;
  /** Stops while the page is hidden; reads at once when it is seen again. */
  visibilityChanged(): void;
  stop(): void;
}

/** Returns a poller that has read nothing yet. */
export function createEventPoller({ read, tell, isVisible, random }: EventPollerParts): EventPoller {
  let current: AbortController | null = null;
  let next: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

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
    void run(current);
  }

  async function run(mine: AbortController): Promise<void> {
    const late = setTimeout(() => mine.abort(new Unreached('gave up waiting', 0)), GIVE_UP_MS);
    const { event, retryAfterMs } = await outcome(mine.signal);
    clearTimeout(late);
    // Superseded by a newer read, or stopped.
    if (current !== mine) return;
    current = null;
    failures = event.type === 'failed' ? failures + 1 : 0;
    tell(event);
    next = setTimeout(refresh, failures > 0 ? waitMs(AFTER_FAILURES, failures, random, retryAfterMs) : POLL_MS);
  }

  async function outcome(signal: AbortSignal): Promise<{ event: BoardEvent; retryAfterMs: number | null }> {
    try {
      const answer = await read(signal);
      // Without events, a site may lack their subgraph, or it cannot be reached.
      return { event: answer.data?.events ? { type: 'read', answer } : { type: 'failed' }, retryAfterMs: null };
    } catch (error) {
      return { event: { type: 'failed' }, retryAfterMs: error instanceof Unreached ? error.retryAfterMs : null };
    }
  }

  return {
    refresh,
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
