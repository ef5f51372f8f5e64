/** A customer's limits as rows of the page: what holds, what is used, which raise waits, and what a change would do. */
import { readAmount, type ReadAmount } from '@furlong/club';

import type { SettableKind } from '../change';
import type { Limit } from '../wallet';

export const DEPOSIT_LIMITS = ['DEPOSIT_DAY', 'DEPOSIT_WEEK', 'DEPOSIT_MONTH'] as const satisfies readonly SettableKind[];
export const PLAY_LIMITS = ['LOSS_DAY', 'STAKE_BET', 'SESSION_MINUTES'] as const satisfies readonly SettableKind[];
export const MAX_SESSION_MINUTES = 24 * 60;

/** The limit of a kind; undefined if there is none. */
export function limitOfKind(limits: readonly Limit[], kind: SettableKind): Limit | undefined {
  return limits.find((limit) => limit.kind === kind);
}

/** In minor units, or minutes for sessions; null without a limit. */
export function valueOf(limit: Limit | undefined): number | null {
  return limit?.amount?.minor ?? limit?.minutes ?? null;
}

export function usedOf(limit: Limit): number | null {
  return limit.used?.minor ?? limit.usedMinutes ?? null;
}

/** A raise that was asked for and does not hold. */
export interface Raise {
  /** Null: the limit ends. */
  readonly to: number | null;
  readonly from: string;
  /** When it lapses; null if the graph does not say. */
  readonly until: string | null;
  readonly canBeConfirmed: boolean;
}

/** The raise of a limit that has not lapsed; null without one. */
export function raiseOf(limit: Limit | undefined, now: number): Raise | null {
  if (limit === undefined || limit.pendingFrom === null) return null;
  const until = limit.pendingUntil;
  if (until !== null && Date.parse(until) <= now) return null;
  const to = limit.pending?.minor ?? limit.pendingMinutes;
  return { to, from: limit.pendingFrom, until, canBeConfirmed: Date.parse(limit.pendingFrom) <= now };
}

/** What it would do to set a limit: `kept` ends a raise that waits, `raise` waits itself, others hold at once. */
export type Effect = 'first' | 'lower' | 'kept' | 'raise' | 'asked';

export function effectOf(limit: Limit | undefined, wanted: number, now: number): Effect {
  const present = valueOf(limit);
  if (present === null) return 'first';
  if (wanted <= present) return wanted === present ? 'kept' : 'lower';
  return raiseOf(limit, now)?.to === wanted ? 'asked' : 'raise';
}

/** Whole numbers are read as those of a currency without decimals. */
const UNITS = 'JPY';

/** Reads what was typed for a limit. Zero is a limit of money, and a session has 1 minute to 24 hours. */
export function readLimit(kind: SettableKind, typed: string, currency: string, tag: string): ReadAmount {
  if (kind !== 'SESSION_MINUTES') {
    const read = readAmount(typed, currency, tag);
    return read.kind === 'refused' && read.why === 'zero' ? { kind: 'amount', minor: 0 } : read;
  }
  const read = readAmount(typed, UNITS, tag);
  return read.kind === 'amount' && read.minor > MAX_SESSION_MINUTES ? { kind: 'refused', why: 'too-much' } : read;
}
