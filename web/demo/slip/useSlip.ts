/** What the customer enters on the slip, and what follows from it. */
import { formatTyped, type Locale, readAmount } from '@furlong/club';
import { useState } from 'react';

import type { BetRequest } from '../betting/request';
import type { Board } from '../events/board';
import { standingOf } from '../events/picked';
import { type Choice, hopedMinor, type Plan, planOf, requestsOf, type SlipLeg } from './plan';

const FIRST_STAKE_MINOR = 500;
const AT_FIRST: Choice = { way: 'multiple', eachWay: false, takesHigher: false };

export interface SlipControls {
  readonly legs: readonly SlipLeg[];
  readonly plan: Plan;
  readonly choice: Choice;
  readonly choose: (choice: Choice) => void;
  readonly currency: string;
  readonly typed: string;
  readonly type: (typed: string) => void;
  /** The stake of each bet, on each line; null while none is typed that can be read. */
  readonly stakeMinor: number | null;
  readonly hoped: number;
  /** The bets at the prices that were seen; none while they cannot be made. */
  readonly requests: readonly BetRequest[];
}

export function useSlip({ picks, prices }: Board, currency: string, locale: Locale): SlipControls {
  const [choice, choose] = useState(AT_FIRST);
  const [typed, type] = useState(() => formatTyped(FIRST_STAKE_MINOR, currency, locale.tag));
  const legs = picks.map((picked) => ({ picked, standing: standingOf(picked, prices) }));
  const plan = planOf(legs, choice);
  const read = readAmount(typed, currency, locale.tag);
  const stakeMinor = read.kind === 'amount' ? read.minor : null;
  return {
    legs,
    plan,
    choice,
    choose,
    currency,
    typed,
    type,
    stakeMinor,
    hoped: stakeMinor === null ? 0 : hopedMinor(legs, plan, stakeMinor),
    requests: stakeMinor === null ? [] : requestsOf(legs, plan, stakeMinor, currency, choice.takesHigher),
  };
}
