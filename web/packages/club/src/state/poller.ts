/** Polls the club without ever making the slip wait. */
import { type Answer, type Backoff, type ClubData, Unreached, waitMs } from '@furlong/client';
import type { TrackerEvent } from './state';

/** Time budget of a read, after which the slip shows stale data or nothing. */
export const BUDGET_MS = 300;
/** Time limit of a read: a response after the budget is still used until then. */
export const GIVE_UP_MS = 5_000;
export const POLL_MS = 2_000;
/** The faster polling after a placed bet, while its message is on its way. */
export const QUICK_POLL_MS = 400;
export const QUICK_FOR_MS = 4_000;
/** The waits after failed reads: the server may be overloaded, or just starting. */
export const AFTER_FAILURES: Backoff = { firstMs: 2 * POLL_MS, mostMs: 30_000, share: 0.5 };

export interface PollerParts {
  readonly read: (signal: AbortSignal) => Promise<Answer<ClubData>>;
  readonly tell: (event: TrackerEvent) => void;
  readonly now: () => number;
  readonly random: () => number;
}

export interface Poller {
  /** Reads now, and continues polling if it was. The result of an older read in flight is ignored. */
  refresh(): void;
  /** Polls more often for a while, starting now. */
  quicken(): void;
  /** Starts polling, first after `waitMs`. */
  resume(waitMs: number): void;
  /** Stops polling; a read in flight is still used. */
  pause(): void;
  stop(): void;
}

/** Returns a poller that polls, and has read nothing yet. */
export function createPoller({ read, tell, now, random }: PollerParts): Poller {
  let current: AbortController | null = null;
  let next: ReturnType<typeof setTimeout> | undefined;
  let quickUntil = 0;
  let failures = 0;
  let polls = true;
  let stopped = false;

  function schedule(wait: number): void {
    clearTimeout(next);
    if (polls && !stopped) next = setTimeout(refresh, wait);
  }

  function refresh(): void {
    // A change may finish after the customer has left, and must not start the poller again.
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
    const { event, retryAfterMs } = await outcome(mine.signal);
    clearTimeout(overdue);
    clearTimeout(late);
    // Superseded by a newer read, or the poller was stopped.
    if (current !== mine) return;
    current = null;
    failures = event.type === 'failed' ? failures + 1 : 0;
    tell(event);
    if (event.type === 'failed' && event.status === 401) return;
    schedule(failures > 0 ? waitMs(AFTER_FAILURES, failures, random, retryAfterMs) : pollMs());
  }

  function pollMs(): number {
    return now() < quickUntil ? QUICK_POLL_MS : POLL_MS;
  }

  async function outcome(signal: AbortSignal): Promise<{ event: TrackerEvent; retryAfterMs: number | null }> {
    try {
      return { event: { type: 'answered', answer: await read(signal), at: now() }, retryAfterMs: null };
    } catch (error) {
      const { status, retryAfterMs } = error instanceof Unreached ? error : { status: 0, retryAfterMs: null };
      return { event: { type: 'failed', status }, retryAfterMs };
    }
  }

  return {
    refresh,
    quicken() {
      quickUntil = now() + QUICK_FOR_MS;
      refresh();
    },
    resume(wait) {
      polls = true;
      schedule(wait);
    },
    pause() {
      polls = false;
      clearTimeout(next);
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
