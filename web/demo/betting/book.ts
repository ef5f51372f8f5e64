/**
 * The bets that a customer has asked for, kept by the tab until the end of each is known: a second press, a lost answer
 * or a reload asks under the same key, and so never bets twice.
 */
import type { KeyStorage } from '@furlong/client';

import type { Asked, BetRequest, SeenLeg } from './request';

/** Older ones are not asked for again: the customer has seen their bets since. */
export const KEPT_MS = 15 * 60_000;

export interface BetBook {
  /** Those whose end is not known, oldest first. */
  open(): readonly Asked[];
  /** Returns the request to send: the open one that is the same, or a new one. */
  claim(wanted: BetRequest): Asked;
  /** Keeps which bet a request became. */
  answered(key: string, betId: string): void;
  /** Forgets a request whose end is known. */
  settle(key: string): void;
}

export interface BookParts {
  /** The storage entry's name, with the brand and the customer. */
  readonly name: string;
  /** Outlives a reload; null to keep requests as long as the page. */
  readonly storage: KeyStorage | null;
  readonly freshKey: () => string;
  /** Milliseconds on a clock that continues across reloads. */
  readonly now: () => number;
}

export function betBook({ name, storage, freshKey, now }: BookParts): BetBook {
  const kept = new Map(stored(storage, name).filter(({ at }) => at <= now() && now() - at <= KEPT_MS).map((asked) => [asked.key, asked]));

  function save(): void {
    try {
      if (kept.size === 0) storage?.removeItem(name);
      else storage?.setItem(name, JSON.stringify([...kept.values()]));
    } catch {
      // The storage is full or forbidden, so that it is kept as long as the page.
    }
  }

  return {
    open: () => [...kept.values()],
    claim(wanted) {
      const same = [...kept.values()].find(({ request }) => isSame(request, wanted));
      if (same !== undefined) return same;
      const asked = { key: freshKey(), request: wanted, betId: null, at: now() };
      kept.set(asked.key, asked);
      save();
      return asked;
    },
    answered(key, betId) {
      const asked = kept.get(key);
      if (asked === undefined) return;
      kept.set(key, { ...asked, betId });
      save();
    },
    settle(key) {
      kept.delete(key);
      save();
    },
  };
}

/** Whether two requests would be the same bet: at other odds it is another one. */
function isSame(one: BetRequest, other: BetRequest): boolean {
  return identityOf(one) === identityOf(other);
}

function identityOf({ legs, stakeMinor, eachWay, currency, acceptChanges, freeBetId }: BetRequest): string {
  const seen = legs.map(({ selectionId, oddsMilli }) => [selectionId, oddsMilli]);
  return JSON.stringify([seen, stakeMinor, eachWay, currency, acceptChanges, freeBetId]);
}

function stored(storage: KeyStorage | null, name: string): readonly Asked[] {
  try {
    const found: unknown = JSON.parse(storage?.getItem(name) ?? '[]');
    return Array.isArray(found) ? found.filter(isAsked) : [];
  } catch {
    // The storage is forbidden, or its entry was not written by this module.
    return [];
  }
}

function isAsked(value: unknown): value is Asked {
  const { key, request, betId, at } = membersOf<Asked>(value);
  return typeof key === 'string' && typeof at === 'number' && (betId === null || typeof betId === 'string') && isRequest(request);
}

function isRequest(value: unknown): value is BetRequest {
  const { legs, stakeMinor, eachWay, currency, acceptChanges, freeBetId } = membersOf<BetRequest>(value);
  return (
    Array.isArray(legs) &&
    legs.length > 0 &&
    legs.every(isLeg) &&
    typeof stakeMinor === 'number' &&
    typeof eachWay === 'boolean' &&
    typeof currency === 'string' &&
    (freeBetId === undefined || typeof freeBetId === 'string') &&
    (acceptChanges === 'NONE' || acceptChanges === 'HIGHER' || acceptChanges === 'ANY')
  );
}

function isLeg(value: unknown): value is SeenLeg {
  const { oddsMilli, ...texts } = membersOf<SeenLeg>(value);
  const { selectionId, pick, market, event, odds } = texts;
  return typeof oddsMilli === 'number' && [selectionId, pick, market, event, odds].every((text) => typeof text === 'string');
}

function membersOf<Whole>(value: unknown): Partial<Record<keyof Whole, unknown>> {
  return typeof value === 'object' && value !== null ? value : {};
}
