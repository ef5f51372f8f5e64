/** Remembers the customer of this tab, and what is on the slip, across reloads. */
import { freshKey, idempotencyKeys, type Keys, type Session } from '@furlong/client';

import { betBook, type BetBook } from '../betting/book';
import { MAX_PICKS, type PickedIds } from '../events/picked';

const NAME = 'furlong:demo-customer';
const PICKED = 'furlong:demo-picked:';
const ASKED = 'furlong:demo-asked-bets:';
const MONEY = 'furlong:demo-money:';

/** The id of the customer, '' if nobody was signed in, or null if nothing is stored. */
export function rememberedCustomer(): string | null {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    // Forbidden by the browser.
    return null;
  }
}

export function rememberCustomer(customer: string | null): void {
  try {
    sessionStorage.setItem(NAME, customer ?? '');
  } catch {
    // Forbidden by the browser: a reload shows the first customer.
  }
}

/** What was on the slip of a brand; nothing if nothing is stored. */
export function rememberedPicks(brand: string): readonly PickedIds[] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(`${PICKED}${brand}`) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isPickedIds).slice(0, MAX_PICKS) : [];
  } catch {
    // Forbidden by the browser, or written by something else.
    return [];
  }
}

export function rememberPicks(brand: string, picks: readonly PickedIds[]): void {
  try {
    if (picks.length === 0) sessionStorage.removeItem(`${PICKED}${brand}`);
    else sessionStorage.setItem(`${PICKED}${brand}`, JSON.stringify(picks));
  } catch {
    // Forbidden by the browser: a reload shows the first selection.
  }
}

/** The bets whose end is not known. */
export function bookOfBets({ brand, customer }: Omit<Session, 'token'>): BetBook {
  return betBook({ name: `${ASKED}${brand}:${customer ?? ''}`, storage: storageOfTab(), freshKey, now: () => Date.now() });
}

/** The keys of changes of limits and breaks whose outcome is unknown. */
export function keysOfMoney({ brand, customer }: Omit<Session, 'token'>): Keys {
  return idempotencyKeys(freshKey, storageOfTab(), `${MONEY}${brand}:${customer ?? ''}`, () => Date.now());
}

export function storageOfTab(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    // Forbidden by the browser.
    return null;
  }
}

function isPickedIds(stored: unknown): stored is PickedIds {
  return (
    typeof stored === 'object' &&
    stored !== null &&
    'event' in stored &&
    typeof stored.event === 'string' &&
    'selection' in stored &&
    typeof stored.selection === 'string'
  );
}
