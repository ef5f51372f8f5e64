/** Keeps a wallet up to date while the page can be seen: by a subscription, and by reading while there is none. */
import { type Answer, type Backoff, createLiveLoop, type LiveListener, Unreached, waitMs } from '@furlong/client';

import type { MoneyChangesSubscription, MoneyQuery } from '../generated/operations';
import { eventOf, type MoneyEvent } from './wallet';

export const POLL_MS = 5_000;
/** How long a read may take. */
export const GIVE_UP_MS = 8_000;
/** How long a hidden page keeps its subscription, because customers switch between tabs. */
export const HIDDEN_MS = 15_000;
export const AFTER_FAILURES: Backoff = { firstMs: 2 * POLL_MS, mostMs: 60_000, share: 0.5 };

export interface MoneyFeedParts {
  readonly read: (signal: AbortSignal) => Promise<Answer<MoneyQuery>>;
  readonly connect: (listener: LiveListener<MoneyChangesSubscription>) => () => void;
  readonly tell: (event: MoneyEvent) => void;
  readonly isVisible: () => boolean;
  /** Milliseconds of a clock of durations. */
  readonly now: () => number;
  readonly random: () => number;
}

export interface MoneyFeed {
  /** Reads now, in place of a read on its way. */
  refresh(): void;
  /** Pauses some time after the page was hidden; reads at once when it is seen again. */
  visibilityChanged(): void;
  stop(): void;
}

/** Returns a feed that reads at once, and follows once there is a wallet. */
export function startMoneyFeed({ read, connect, tell, isVisible, now, random }: MoneyFeedParts): MoneyFeed {
  let current: AbortController | null = null;
  let next: ReturnType<typeof setTimeout> | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let isLive = false;
  let isStopped = false;

  const live = createLiveLoop<MoneyChangesSubscription>({
    connect: (listener) => connect(listener),
    updated({ data, faults }) {
      if (data === null) return;
      isLive = true;
      halt();
      tell(eventOf({ data: { wallet: data.walletUpdated }, faults }, now()));
    },
    down() {
      isLive = false;
      // Not all pages of a server that ends read at the same moment.
      if (current === null && isVisible()) schedule(POLL_MS * random());
    },
    random,
  });

  function halt(): void {
    clearTimeout(next);
    const last = current;
    current = null;
    last?.abort();
  }

  function schedule(wait: number): void {
    clearTimeout(next);
    if (!isStopped) next = setTimeout(refresh, wait);
  }

  function refresh(): void {
    // A change may end after the customer has left.
    if (isStopped) return;
    halt();
    current = new AbortController();
    void run(current);
  }

  async function run(mine: AbortController): Promise<void> {
    const late = setTimeout(() => mine.abort(new Unreached('gave up waiting', 0)), GIVE_UP_MS);
    const { event, retryAfterMs } = await outcome(mine.signal);
    clearTimeout(late);
    // Superseded by a newer read or by an update, or stopped.
    if (current !== mine) return;
    current = null;
    failures = event.type === 'failed' ? failures + 1 : 0;
    tell(event);
    if (event.type === 'failed' && event.isSignedOut) {
      live.stop();
      return;
    }
    if (event.type === 'read' && event.wallet !== null && isVisible()) live.start();
    if (isLive && failures === 0) return;
    if (isVisible()) schedule(failures > 0 ? waitMs(AFTER_FAILURES, failures, random, retryAfterMs) : POLL_MS);
  }

  async function outcome(signal: AbortSignal): Promise<{ event: MoneyEvent; retryAfterMs: number | null }> {
    try {
      return { event: eventOf(await read(signal), now()), retryAfterMs: null };
    } catch (error) {
      const { status, retryAfterMs } = error instanceof Unreached ? error : { status: 0, retryAfterMs: null };
      return { event: { type: 'failed', isSignedOut: status === 401 }, retryAfterMs };
    }
  }

  refresh();
  return {
    refresh,
    visibilityChanged() {
      clearTimeout(hiding);
      if (isVisible()) {
        if (!isLive) refresh();
        return;
      }
      clearTimeout(next);
      hiding = setTimeout(() => {
        live.stop();
        isLive = false;
      }, HIDDEN_MS);
    },
    stop() {
      isStopped = true;
      clearTimeout(hiding);
      live.stop();
      halt();
    },
  };
}
