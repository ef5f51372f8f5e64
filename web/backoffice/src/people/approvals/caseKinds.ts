/** Proposals about cases that waited for a person: late bets, and held rewards. */
import { customer } from './moneyKinds.ts';
import { rewardName } from '../../frame/names.ts';
import { word } from '../../money/amounts.ts';
import { amount } from '../../operations/caseAmounts.ts';
import { weekName } from '../../time/weeks.ts';
import { WORDS } from '../../words/index.ts';

import type { Kind } from './proposal.ts';

export const lateBet: Kind = {
  name: WORDS.approvals.countingALateBet,
  onApproval: WORDS.approvals.betCountsWithinSeconds,
  approvers: 'risk',
  inWords(content) {
    const [who, bet, week, currency] = [content.text('customer'), content.text('bet'), content.text('week'), content.textOrNull('currency')];
    const [counts, would] = [amount(content.number('counted_minor'), currency), amount(content.number('would_count_minor'), currency)];
    return {
      title: WORDS.approvals.lateBetInsteadOfForIn({ would, counts, who, week: weekName(week) }),
      sentences: [
        WORDS.approvals.betCountsIfLastChangeHad({ bet, who, wouldBe: word(content.text('would_be').toLowerCase()).toLowerCase() }),
        WORDS.approvals.rewardDueThenCreditedOne,
      ],
      changes: [{ what: WORDS.approvals.bet({ bet }), before: counts, after: would }],
      object: customer(content),
    };
  },
};

export const heldReward: Kind = {
  name: WORDS.approvals.sendingAHeldReward,
  onApproval: WORDS.approvals.rewardSentProviderWithin,
  approvers: 'operator',
  inWords(content) {
    const [who, reward] = [content.text('customer'), rewardName(content.text('brand'), content.text('reward'))];
    const value = amount(content.numberOrNull('value_minor'), content.textOrNull('currency'));
    const isLarge = content.text('held') === 'OVER_LIMIT';
    return {
      title: WORDS.approvals.heldRewardSentTo({ reward, value, who }),
      sentences: [
        WORDS.approvals.itIsOfAndIsSentTo({ week: weekName(content.text('week')), provider: content.textOrNull('provider') ?? WORDS.approvals.theProviderThatTakesIt }),
        isLarge
          ? WORDS.approvals.worthMoreThanProviderPays
          : WORDS.approvals.maySentBeforeSoLongAgo,
      ],
      changes: [{ what: WORDS.common.reward, before: WORDS.approvals.inReview, after: WORDS.approvals.onItsWay }],
      object: customer(content),
    };
  },
};
