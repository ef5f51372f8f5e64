/** Keeps the tracker up to date by polling, and never lets the slip wait for it. */
import { Unreached, type Answer } from '../graphql/ask';
import type { BetslipData } from '../graphql/types';
import type { TrackerEvent } from './state';

/** What one read may take before the slip shows what it has, or nothing. */
export const BUDGET_MS = 300;
/** When a read is given up altogether: an answer after the budget is still welcome until then. */
export const GIVE_UP_MS = 5_000;
export const POLL_MS = 2_000;
/** After a bet is placed its message is on its way: look more often for a while. */
export const QUICK_POLL_MS = 400;
export const QUICK_FOR_MS = 4_000;

export interface Feed {
  /** Reads now. An older read that is still under way no longer counts. */
  refresh(): void;
  /** Polls more often for a while. */
  quicken(): void;
  /** Reads now and goes on polling if the page is visible; pauses if it is not. */
  visibilityChanged(): void;
  stop(): void;
}

export interface FeedParts {
  readonly read: (signal: AbortSignal) => Promise<Answer<BetslipData>>;
  readonly tell: (event: TrackerEvent) => void;
  readonly isVisible: () => boolean;
  readonly now: () => number;
}

/** Starts reading at once. */
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
    // A change may finish after the customer has left: it must not start the feed again.
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
    // A newer read, or the end of the feed, has taken over.
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
