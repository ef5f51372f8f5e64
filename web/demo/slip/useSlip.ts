/** What the customer enters on the slip, and what follows from it. */
import { formatTyped, type Locale, readAmount } from '@furlong/club';
import { useState } from 'react';

import { type FreeBet, type FreeBetObstacle, obstacleOf } from '../betting/freeBets';
import type { BetRequest } from '../betting/request';
import type { Board } from '../events/board';
import { standingOf } from '../events/picked';
import { type Choice, hopedMinor, type Plan, planOf, requestsOf, type SlipLeg } from './plan';

const FIRST_STAKE_MINOR = 500;
const AT_FIRST: Choice = { way: 'multiple', eachWay: false, takesHigher: false };

/** Which free bet the customer has chosen to pay with. */
export interface Paying {
  /** Null for the customer's money. */
  readonly wanted: string | null;
  /** Null if none is chosen, or the one that is chosen cannot pay. */
  readonly freeBet: FreeBet | null;
  /** Why it cannot: the customer's money is never taken in its place. */
  readonly obstacle: FreeBetObstacle | null;
}

export interface SlipControls {
  readonly legs: readonly SlipLeg[];
  readonly plan: Plan;
  readonly choice: Choice;
  readonly choose: (choice: Choice) => void;
  readonly freeBets: readonly FreeBet[];
  readonly paying: Paying;
  readonly payWith: (freeBetId: string | null) => void;
  /** Enters again what was asked for. */
  readonly restore: (request: BetRequest) => void;
  readonly currency: string;
  readonly typed: string;
  readonly type: (typed: string) => void;
  /** The stake of each bet, on each line; null while none is typed that can be read. */
  readonly stakeMinor: number | null;
  readonly hoped: number;
  /** The bets at the prices that were seen; none while they cannot be made. */
  readonly requests: readonly BetRequest[];
}

export function payingOf(wanted: string | null, freeBets: readonly FreeBet[], plan: Pick<Plan, 'count' | 'eachWay'>): Paying {
  if (wanted === null) return { wanted, freeBet: null, obstacle: null };
  const chosen = freeBets.find(({ id }) => id === wanted) ?? null;
  const obstacle = chosen === null ? 'gone' : obstacleOf(chosen, plan);
  return { wanted, freeBet: obstacle === null ? chosen : null, obstacle };
}

export interface SlipParts {
  readonly board: Board;
  readonly currency: string;
  readonly locale: Locale;
  /** Those that may pay for a bet. */
  readonly freeBets: readonly FreeBet[];
}

export function useSlip({ board: { picks, prices }, currency, locale, freeBets }: SlipParts): SlipControls {
  const [choice, choose] = useState(AT_FIRST);
  const [wanted, payWith] = useState<string | null>(null);
  const [typed, type] = useState(() => formatTyped(FIRST_STAKE_MINOR, currency, locale.tag));
  const legs = picks.map((picked) => ({ picked, standing: standingOf(picked, prices) }));
  const plan = planOf(legs, choice);
  const read = readAmount(typed, currency, locale.tag);
  const paying = payingOf(wanted, freeBets, plan);
  const { freeBet } = paying;
  const typedMinor = wanted === null && read.kind === 'amount' ? read.minor : null;
  const stakeMinor = freeBet === null ? typedMinor : freeBet.amount.minor / (plan.eachWay ? 2 : 1);

  function restore({ legs: { length }, stakeMinor: asked, eachWay, currency: asIn, acceptChanges, freeBetId }: BetRequest): void {
    choose({ way: length > 1 ? 'multiple' : choice.way, eachWay, takesHigher: acceptChanges === 'HIGHER' });
    payWith(freeBetId ?? null);
    if (freeBetId === undefined) type(formatTyped(asked, asIn, locale.tag));
  }

  return {
    legs,
    plan,
    choice,
    choose,
    freeBets,
    paying,
    payWith,
    restore,
    currency,
    typed,
    type,
    stakeMinor,
    hoped: stakeMinor === null ? 0 : hopedMinor(legs, plan, stakeMinor, freeBet !== null),
    requests: stakeMinor === null ? [] : requestsOf(legs, plan, stakeMinor, currency, choice.takesHigher, freeBet?.id ?? null),
  };
}
