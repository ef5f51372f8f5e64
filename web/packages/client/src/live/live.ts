/** Keeps a subscription open, and continues behind its newest position when it has ended. */
import type { Answer } from '../transport/ask.ts';
import type { Operation } from '../operations/operation.ts';
import { waitMs, type Backoff } from './backoff.ts';

/** Why a subscription has ended. */
export type Ending =
  /** The connection was lost or could not be opened. */
  | 'lost'
  /** The session is no longer accepted: the next try needs another token. */
  | 'session'
  /** What followed the position is no longer known: the next try begins with the present state. */
  | 'position'
  /** The server does not offer the subscription: no further try will help. */
  | 'unsupported';

export interface LiveListener<Data> {
  /** The server accepts the connection; its first update may take longer while it is busy. */
  readonly opened?: () => void;
  /** Anything has arrived: the connection was not lost up to now. */
  readonly heard?: () => void;
  readonly update: (answer: Answer<Data>) => void;
  /** Called once; no update follows. */
  readonly ended: (ending: Ending) => void;
}

/**
 * Opens one subscription; returns a function that closes it without calling the listener.
 *
 * `after` is the position behind which it continues; without one it begins with the present state.
 */
export type ConnectLive = <Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  token: () => string | null,
  listener: LiveListener<Data>,
  after?: string | null,
) => () => void;

/** Reconnects within 10 s of the server's return, but spreads the reconnects of many pages. */
export const AFTER_LIVE: Backoff = { firstMs: 4_000, mostMs: 8_000, share: 0.25 };
/** If live updates have never worked, as behind some proxies, retries are rare and the page polls. */
export const NEVER_LIVE: Backoff = { firstMs: 15_000, mostMs: 120_000, share: 0.5 };
/** Uses a new token, or does without a position, soon, but not on all pages at the same moment. */
const AFTER_REFUSAL: Backoff = { firstMs: 500, mostMs: 8_000, share: 0.1 };
/** Tries in a row that the server answers, but with no update: after these, a position is given up. */
export const MAX_RESUMES = 3;

export interface LiveParts<Data> {
  /** Opens one subscription, behind a position if there is one. */
  readonly connect: (listener: LiveListener<Data>, after: string | null) => () => void;
  /** Called for each update, including the first of a connection. */
  readonly updated: (answer: Answer<Data>) => void;
  /**
   * Called when updates stop, and why.
   *
   * `since` is when the connection was last known to work, in milliseconds of `now`: what is shown may be older than
   * that. It is null for a connection without an update.
   */
  readonly down: (ending: Ending, since: number | null) => void;
  readonly random: () => number;
  /** By default the machine's clock. */
  readonly now?: () => number;
}

export interface LiveLoop {
  /** Connects, unless it is connected or waiting to reconnect. */
  start(): void;
  /** Closes the connection until `start` is called again, which continues behind the newest position. */
  stop(): void;
  /** Forgets the position, because what follows it is of somebody else. */
  forget(): void;
  /** Begins with the present state of what `connect` opens now; a pause before the next try is kept. */
  renew(): void;
}

/** Returns a loop that is not connected yet. */
export function createLiveLoop<Data>({ connect, updated, down, random, now = Date.now }: LiveParts<Data>): LiveLoop {
  let close: (() => void) | null = null;
  let next: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let wasLive = false;
  let unsupported = false;
  let position: string | null = null;
  let resumes = 0;

  function open(): void {
    let heardAt: number | null = null;
    let isLive = false;
    next = undefined;
    const listener: LiveListener<Data> = {
      heard() {
        heardAt = now();
      },
      update(answer) {
        failures = 0;
        resumes = 0;
        wasLive = true;
        isLive = true;
        heardAt = now();
        position = answer.position ?? position;
        updated(answer);
      },
      ended(ending) {
        close = null;
        failures += 1;
        unsupported = ending === 'unsupported';
        if (!isLive && heardAt !== null) resumes += 1;
        if (ending === 'position' || resumes >= MAX_RESUMES) position = null;
        down(ending, isLive ? heardAt : null);
        if (!unsupported) next = setTimeout(open, waitMs(backoffAfter(ending), failures, random));
      },
    };
    close = connect(listener, position);
  }

  function backoffAfter(ending: Ending): Backoff {
    if (ending === 'session' || ending === 'position') return AFTER_REFUSAL;
    return wasLive ? AFTER_LIVE : NEVER_LIVE;
  }

  function forget(): void {
    position = null;
  }

  return {
    start() {
      if (close === null && next === undefined && !unsupported) open();
    },
    stop() {
      clearTimeout(next);
      next = undefined;
      failures = 0;
      close?.();
      close = null;
    },
    forget,
    renew() {
      forget();
      if (close === null) return;
      close();
      open();
    },
  };
}
