/** Keeps a subscription open, and reopens it when it ends. */
import type { Answer } from '../transport/ask.ts';
import type { Operation } from '../operations/operation.ts';
import { waitMs, type Backoff } from './backoff.ts';

/** Why a subscription has ended. */
export type Ending =
  /** The connection was lost or could not be opened. */
  | 'lost'
  /** The session is no longer accepted: the next try needs another token. */
  | 'session'
  /** The server does not offer the subscription: no further try will help. */
  | 'unsupported';

export interface LiveListener<Data> {
  /** The server accepts the connection; its first update may take longer while it is busy. */
  readonly opened?: () => void;
  readonly update: (answer: Answer<Data>) => void;
  /** Called once; no update follows. */
  readonly ended: (ending: Ending) => void;
}

/** Opens one subscription; returns a function that closes it without calling the listener. */
export type ConnectLive = <Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  token: () => string | null,
  listener: LiveListener<Data>,
) => () => void;

/** Reconnects within 10 s of the server's return, but spreads the reconnects of many pages. */
export const AFTER_LIVE: Backoff = { firstMs: 4_000, mostMs: 8_000, share: 0.25 };
/** If live updates have never worked, as behind some proxies, retries are rare and the page polls. */
export const NEVER_LIVE: Backoff = { firstMs: 15_000, mostMs: 120_000, share: 0.5 };
/** Uses a new token soon, but not on all pages at the same moment. */
const AFTER_SESSION: Backoff = { firstMs: 500, mostMs: 8_000, share: 0.1 };

export interface LiveParts<Data> {
  /** Opens one subscription. */
  readonly connect: (listener: LiveListener<Data>) => () => void;
  /** Called for each update, including the first of a connection. */
  readonly updated: (answer: Answer<Data>) => void;
  /** Called when updates stop, and why. */
  readonly down: (ending: Ending) => void;
  readonly random: () => number;
}

export interface LiveLoop {
  /** Connects, unless it is connected or waiting to reconnect. */
  start(): void;
  /** Closes the connection until `start` is called again. */
  stop(): void;
}

/** Returns a loop that is not connected yet. */
export function createLiveLoop<Data>({ connect, updated, down, random }: LiveParts<Data>): LiveLoop {
  let close: (() => void) | null = null;
  let next: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let wasLive = false;
  let unsupported = false;

  function open(): void {
    next = undefined;
    close = connect({
      update(answer) {
        failures = 0;
        wasLive = true;
        updated(answer);
      },
      ended(ending) {
        close = null;
        failures += 1;
        unsupported = ending === 'unsupported';
        down(ending);
        if (!unsupported) next = setTimeout(open, waitMs(backoffAfter(ending), failures, random));
      },
    });
  }

  function backoffAfter(ending: Ending): Backoff {
    if (ending === 'session') return AFTER_SESSION;
    return wasLive ? AFTER_LIVE : NEVER_LIVE;
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
  };
}
