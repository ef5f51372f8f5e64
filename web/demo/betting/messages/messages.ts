/** The type of the texts about bets: on the slip, on receipts and in the list. Each language is an object of this type. */
import type { Locale } from '@furlong/club';

import type { BetStatus, LegResult } from '../../generated/operations';
import type { RefusedCode } from '../sending';

type Plural = Parameters<Locale['count']>[0];

/** Names in braces are replaced: see `fill` of the widget. */
export interface BetWords {
  /** `{pick}`. */
  readonly remove: string;
  readonly emptySlip: string;
  readonly selections: Plural;
  /** `{n}`: as many as there can be. */
  readonly full: Plural;
  readonly ways: string;
  readonly singles: Plural;
  readonly single: string;
  readonly double: string;
  readonly treble: string;
  readonly fold: Plural;
  readonly cannotCombine: string;
  readonly stakePerBet: string;
  readonly stakePerLine: string;
  readonly eachWay: string;
  /** `{fraction}` of the odds, `{places}` in words. */
  readonly terms: string;
  readonly places: Plural;
  /** `{stake}` on each of two lines. */
  readonly twoLines: string;
  readonly totalStake: string;
  readonly takesHigher: string;
  /** `{odds}` that were seen, lower than those that are offered. */
  readonly higherNow: string;
  readonly takeNew: string;
  /** `{bets}`: how many, `{amount}`. */
  readonly placeMany: string;
  readonly bets: Plural;
  readonly payWith: string;
  readonly ownMoney: string;
  /** A bet whose stake a free bet of the club pays. */
  readonly freeBet: string;
  /** `{amount}`. */
  readonly useFreeBet: string;
  /** `{moment}`. */
  readonly useBy: string;
  /** Why the free bet that is chosen pays nothing now, and what to do. */
  readonly freeBetNot: Readonly<Record<'several' | 'halves' | 'gone', string>>;
  readonly freeBetStake: string;
  readonly returnsWithoutStake: string;
  /** `{amount}`. */
  readonly placeFree: string;
  /** Why nothing more can be placed for the moment. */
  readonly checkFirst: string;

  /** How a bet stands that was just asked for. */
  readonly states: Readonly<Record<'sending' | 'unknown' | 'pending' | 'placed' | 'refused', string>>;
  /** What that means, and what to do. */
  readonly means: Readonly<Record<'unknown' | 'pending', string>>;
  /** While a bet waits because an event has begun: `{seconds}` left, or none left. */
  readonly delay: Readonly<Record<'left' | 'over' | 'why', string>>;
  /** The same for those who listen, said once: how long it takes in all. */
  readonly delayTakes: Parameters<Locale['count']>[0];
  readonly checkAgain: string;
  readonly done: string;
  readonly seeBets: string;
  readonly receipts: string;
  readonly stake: string;
  readonly returns: string;
  readonly returned: string;
  readonly reference: string;
  /** `{placed}` of `{bets}`. */
  readonly someOf: string;
  /** Why a bet was not placed, and what to do. */
  readonly refused: Readonly<Record<RefusedCode, string>>;
  readonly freeBetRefused: string;
  readonly signedOut: string;

  readonly title: string;
  readonly open: string;
  readonly settled: string;
  readonly statuses: Readonly<Record<BetStatus, string>>;
  readonly results: Readonly<Record<LegResult, string>>;
  readonly starts: string;
  readonly started: string;
  readonly noOpen: string;
  readonly noSettled: string;
  readonly signIn: string;
  readonly none: string;
  readonly loading: string;
  readonly unreached: string;
  readonly stale: string;
  readonly retry: string;
  readonly more: string;
  /** What a bet did to the club: `{counted}`, `{staked}`, `{target}`. */
  readonly clubAdded: string;
  /** What it would do for a customer outside the club: the same. */
  readonly clubAfterJoining: string;
  /** The club does not know the bet yet. */
  readonly clubWaits: string;
}
