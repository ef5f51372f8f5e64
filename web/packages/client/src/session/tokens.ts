/** Tokens from the page around the widget, requested at the start, before expiry, and after a refusal. */
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

export interface TokensParts {
  readonly brand: string;
  readonly getToken: GetToken;
  /** A customer has signed in or out; also called for another token of the same customer. */
  readonly changed: (session: Session) => void;
}

export interface Tokens {
  /** The session in use. */
  readonly session: Session;
  /** Uses a token that the page passes unasked; null signs out. Returns whether the token is for this brand. */
  accept(token: string | null): boolean;
  /** Requests another token from the page; resolves with the resulting session. Concurrent calls share one request. */
  renew(why: TokenReason): Promise<Session>;
  stop(): void;
}

/** Returns the tokens of one brand; nobody is signed in yet. */
export function createTokens({ brand, getToken, changed }: TokensParts): Tokens {
  const nobody: Session = { brand, token: null, customer: null };
  let session = nobody;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: Promise<Session> | null = null;
  let stopped = false;

  function set(next: Session): void {
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
      const wait = Math.max(LEAST_MS, (exp - iat) * 1000 - EARLY_MS);
      // Browsers treat a longer delay as zero.
      timer = setTimeout(() => void renew('expiring'), Math.min(wait, 2 ** 31 - 1));
    }
    return true;
  }

  async function ask(why: TokenReason): Promise<Session> {
    try {
      const token = await Promise.race([Promise.resolve(getToken(why)), patience()]);
      // A token that is about to end is still good if the page has no other yet.
      if (typeof token === 'string') accept(token);
      else if (token === null && why !== 'expiring') accept(null);
    } catch {
      // The page could not be asked, so the current session stays.
    } finally {
      asking = null;
    }
    return session;
  }

  function renew(why: TokenReason): Promise<Session> {
    asking ??= ask(why);
    return asking;
  }

  return {
    get session() {
      return session;
    },
    accept,
    renew,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function patience(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS));
}
