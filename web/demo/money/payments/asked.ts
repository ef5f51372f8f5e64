/**
 * What a customer has asked for, kept by the tab until there is an answer: a reload, a second press, a lost answer
 * or the way back from the processor's page asks under the same key, and so never twice.
 */
import type { KeyStorage } from '@furlong/client';

import type { Direction } from './payments';

const NAME = 'furlong:demo-asked:';
const AWAY = 'furlong:demo-away:';

export interface Request {
  readonly direction: Direction;
  readonly methodId: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/** A request with its key. */
export interface Asked extends Request {
  readonly key: string;
  /** The payment that it became; null while nobody has answered. */
  readonly paymentId: string | null;
}

export interface AskedBook {
  /** The last request in a direction whose key is still kept; null without one. */
  of(direction: Direction): Asked | null;
  /**
   * Returns the request to send: the one without an answer, whatever is wanted now; the same one, if it became a
   * payment that `isUndecided`; or a new one.
   */
  claim(wanted: Request, isUndecided: (paymentId: string) => boolean): Asked;
  /** Keeps which payment a request became. */
  answered(asked: Asked, paymentId: string): void;
  /** Forgets a request that is over. */
  settle(direction: Direction): void;
}

/**
 * Returns what one customer has asked for.
 *
 * @param about the brand and the customer
 * @param storage outlives a reload; null to keep it as long as the page
 * @param fresh generates a new key
 */
export function askedBook(about: string, storage: KeyStorage | null, fresh: () => string): AskedBook {
  const name = `${NAME}${about}`;
  const kept = new Map(Object.entries(stored(storage, name)));

  function save(): void {
    try {
      if (kept.size === 0) storage?.removeItem(name);
      else storage?.setItem(name, JSON.stringify(Object.fromEntries(kept)));
    } catch {
      // The storage is full or forbidden, so that it is kept as long as the page.
    }
  }

  function put(asked: Asked): Asked {
    kept.set(asked.direction, asked);
    save();
    return asked;
  }

  return {
    of: (direction) => kept.get(direction) ?? null,
    claim(wanted, isUndecided) {
      const last = kept.get(wanted.direction);
      if (last !== undefined && (last.paymentId === null || (isSame(last, wanted) && isUndecided(last.paymentId)))) return last;
      return put({ ...wanted, key: fresh(), paymentId: null });
    },
    answered: (asked, paymentId) => void put({ ...asked, paymentId }),
    settle(direction) {
      kept.delete(direction);
      save();
    },
  };
}

/** The request if nobody has answered it; else null. */
export function unansweredOf(asked: Asked | null): Asked | null {
  return asked?.paymentId === null ? asked : null;
}

function isSame(one: Request, other: Request): boolean {
  return one.methodId === other.methodId && one.amountMinor === other.amountMinor && one.currency === other.currency;
}

/** Remembers that a customer goes to a processor's page, to be shown how the payment stands on the way back. */
export function rememberAway(storage: KeyStorage | null, about: string): void {
  try {
    storage?.setItem(AWAY, about);
  } catch {
    // Forbidden by the browser: the customer opens the panel by themselves.
  }
}

/** Tells once whether a customer was at a processor's page. */
export function takeAway(storage: KeyStorage | null, about: string): boolean {
  try {
    if (storage?.getItem(AWAY) !== about) return false;
    storage.removeItem(AWAY);
    return true;
  } catch {
    return false;
  }
}

function stored(storage: KeyStorage | null, name: string): Record<string, Asked> {
  try {
    const found: unknown = JSON.parse(storage?.getItem(name) ?? '{}');
    if (typeof found !== 'object' || found === null) return {};
    return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, Asked] => isAsked(entry[1]) && entry[0] === entry[1].direction));
  } catch {
    // The storage is forbidden, or its entry was not written by this module.
    return {};
  }
}

function isAsked(value: unknown): value is Asked {
  if (typeof value !== 'object' || value === null) return false;
  const { key, direction, methodId, amountMinor, currency, paymentId } = value as Partial<Record<keyof Asked, unknown>>;
  return (
    [key, methodId, currency].every((text) => typeof text === 'string') &&
    (direction === 'DEPOSIT' || direction === 'WITHDRAWAL') &&
    typeof amountMinor === 'number' &&
    (paymentId === null || typeof paymentId === 'string')
  );
}
