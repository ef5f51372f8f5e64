/** Keeps the tracker up to date by polling, and never lets the slip wait for it. */
import { Unreached, type Answer } from '../graphql/ask';
import type { BetslipData } from '../graphql/types';
import type { TrackerEvent } from './state';

/** Time budget of a read, after which the slip shows stale data or nothing. */
export const BUDGET_MS = 300;
/** Time limit of a read: a response after the budget is still used until then. */
export const GIVE_UP_MS = 5_000;
export const POLL_MS = 2_000;
/** After a bet is placed, its message is on its way: poll more often for a while. */
export const QUICK_POLL_MS = 400;
export const QUICK_FOR_MS = 4_000;

export interface Feed {
  /** Reads now. The result of an older read that is still in flight is ignored. */
  refresh(): void;
  /** Polls more often for a while. */
  quicken(): void;
  /** Reads now and continues polling if the page is visible; pauses if it is not. */
  visibilityChanged(): void;
  stop(): void;
}

export interface FeedParts {
  readonly read: (signal: AbortSignal) => Promise<Answer<BetslipData>>;
  readonly tell: (event: TrackerEvent) => void;
  readonly isVisible: () => boolean;
  readonly now: () => number;
}

/** Starts polling immediately. */
export function startFeed({ read, tell, isVisible, now }: FeedParts): Feed {
  let current: AbortController | null = null;
  let next: ReturnType<typeof setTimeout> | undefined;
  let quickUntil = 0;
  let stopped = false;

  function schedule(): void {
    clearTimeout(next);
    if (!isVisible()) return;
    next = setTimeout(refresh, now() < quickUntil ? QUICK_POLL_MS : POLL_MS);
  }

  function refresh(): void {
    // A change may finish after the customer has left, and must not restart the feed.
    if (stopped) return;
    clearTimeout(next);
    current?.abort();
    const mine = new AbortController();
    current = mine;
    void run(mine);
  }

  async function run(mine: AbortController): Promise<void> {
    const overdue = setTimeout(() => tell({ type: 'overdue' }), BUDGET_MS);
    const late = setTimeout(() => mine.abort(new Unreached('gave up waiting', 0)), GIVE_UP_MS);
    const event = await outcome(mine.signal);
    clearTimeout(overdue);
    clearTimeout(late);
    // Superseded by a newer read, or the feed was stopped.
    if (current !== mine) return;
    tell(event);
    if (event.type !== 'failed' || event.status !== 401) schedule();
  }

  async function outcome(signal: AbortSignal): Promise<TrackerEvent> {
    try {
      return { type: 'answered', answer: await read(signal), at: now() };
    } catch (error) {
      return { type: 'failed', status: error instanceof Unreached ? error.status : 0 };
    }
  }

  refresh();
  return {
    refresh,
    quicken() {
      quickUntil = now() + QUICK_FOR_MS;
      refresh();
    },
    visibilityChanged() {
      if (isVisible()) refresh();
      else clearTimeout(next);
    },
    stop() {
      stopped = true;
      clearTimeout(next);
      const last = current;
      current = null;
      last?.abort();
    },
  };
}
