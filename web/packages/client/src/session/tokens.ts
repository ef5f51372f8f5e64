/** Tokens from the page around the widget, requested at the start, before expiry, and after a refusal. */
import { waitMs, type Backoff } from '../live/backoff.ts';
import { claimsOfToken, type Session } from './session.ts';

/** Asks the page for a token; null if nobody is signed in. */
export type GetToken = (why: TokenReason) => Promise<string | null | undefined> | string | null | undefined;

/** Why a token is needed: there is none yet, it expires within a minute, or the server refuses it. */
export type TokenReason = 'start' | 'expiring' | 'refused';

/** How long before a token's expiry the next one is requested. */
export const EARLY_MS = 60_000;
/** The minimum time between two automatic requests for a token. */
export const LEAST_MS = 5_000;
/** The page's time limit; after it, the customer counts as signed out until a token arrives. */
export const PATIENCE_MS = 10_000;
/** What the page returned is no token of the brand. */
export const NO_TOKEN = 'it returned no token of this brand';
/** The waits before a page that gave no usable answer is asked again. */
export const AFTER_NO_ANSWER: Backoff = { firstMs: 4_000, mostMs: 60_000, share: 0.5 };

export interface TokensParts {
  readonly brand: string;
  readonly getToken: GetToken;
  /** A customer has signed in or out; also called for another token of the same customer. */
  readonly changed: (session: Session) => void;
  /** The page was asked for a token: null, or why its answer cannot be used, which may be `NO_TOKEN`. */
  readonly asked?: (fault: unknown) => void;
}

export interface Tokens {
  /** The session in use. */
  readonly session: Session;
  /** Uses a token that the page passes unasked; null signs out. Returns whether the token is for this brand. */
  accept(token: string | null): boolean;
  /** Requests another token from the page; resolves with the resulting session. Concurrent calls share one request. */
  renew(why: TokenReason): Promise<Session>;
  /** Requests the token of whoever is signed in from now on: what the page answers to earlier requests is ignored. */
  restart(): Promise<Session>;
  stop(): void;
}

/** Returns the tokens of one brand; nobody is signed in yet. */
export function createTokens({ brand, getToken, changed, asked }: TokensParts): Tokens {
  const nobody: Session = { brand, token: null, customer: null };
  let session = nobody;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: Promise<Session> | null = null;
  /** Counts the answers that were used, and the restarts: a request that has begun before one of them is outdated. */
  let turn = 0;
  let failures = 0;
  let stopped = false;

  function set(next: Session): void {
    turn += 1;
    failures = 0;
    clearTimeout(timer);
    if (next.token === session.token) return;
    session = next;
    changed(next);
  }

  function accept(token: string | null): boolean {
    if (stopped) return false;
    if (token === null) {
      set(nobody);
      return true;
    }
    const { sub, brand: owner, iat, exp } = claimsOfToken(token);
    if (owner !== brand || typeof sub !== 'string') return false;
    set({ brand, token, customer: sub });
    // Use the token's duration instead of its expiry, because the visitor's clock may be wrong.
    if (typeof iat === 'number' && typeof exp === 'number') {
      later('expiring', Math.max(LEAST_MS, (exp - iat) * 1000 - EARLY_MS));
    }
    return true;
  }

  function later(why: TokenReason, wait: number): void {
    clearTimeout(timer);
    // Browsers treat a longer delay as zero.
    timer = setTimeout(() => void renew(why), Math.min(wait, 2 ** 31 - 1));
  }

  /** Uses the page's answer, unless there is a newer one; returns why it cannot be used, or null. */
  async function receive(why: TokenReason, mine: number): Promise<unknown> {
    const token = await getToken(why);
    if (mine !== turn) return null;
    // A token that is about to end is still good if the page has no other yet.
    if (token === null) {
      if (why !== 'expiring') accept(null);
      return null;
    }
    return typeof token === 'string' && accept(token) ? null : NO_TOKEN;
  }

  async function ask(why: TokenReason): Promise<Session> {
    const mine = turn;
    // An answer that comes after the time limit is still used.
    const fault = await Promise.race([receive(why, mine).catch((error: unknown) => error ?? 'it failed'), patience()]);
    const isOutdated = fault !== null && mine !== turn;
    if (!isOutdated && !stopped) asked?.(fault);
    if (fault !== null && !isOutdated && !stopped) {
      failures += 1;
      // Without this, a page with another brand, or whose server fails, looks as if nobody were signed in.
      // eslint-disable-next-line no-console -- the page's developers look there
      console.warn(`Furlong: getToken('${why}') for the brand '${brand}' is called again later:`, fault);
      later(why, waitMs(AFTER_NO_ANSWER, failures, Math.random));
    }
    return session;
  }

  function renew(why: TokenReason): Promise<Session> {
    if (asking === null) {
      const mine = ask(why).finally(() => {
        if (asking === mine) asking = null;
      });
      asking = mine;
    }
    return asking;
  }

  return {
    get session() {
      return session;
    },
    accept,
    renew,
    restart() {
      turn += 1;
      asking = null;
      return renew('start');
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function patience(): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('it takes too long'), PATIENCE_MS));
}
