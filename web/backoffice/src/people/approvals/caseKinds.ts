/** Proposals about cases that waited for a person: late bets, and held rewards. */
import { customer } from './moneyKinds.ts';
import { rewardName } from '../../frame/names.ts';
import { word } from '../../money/amounts.ts';
import { amount } from '../../operations/caseAmounts.ts';
import { weekName } from '../../time/weeks.ts';

import type { Kind } from './proposal.ts';

export const lateBet: Kind = {
  name: 'Counting a late bet',
  onApproval: 'The bet counts within seconds, and the week’s total and reward follow. Watch the job: it says so if somebody has decided before.',
  approvers: 'risk',
  inWords(content) {
    const [who, bet, week, currency] = [content.text('customer'), content.text('bet'), content.text('week'), content.textOrNull('currency')];
    const [counts, would] = [amount(content.number('counted_minor'), currency), amount(content.number('would_count_minor'), currency)];
    return {
      title: `Late bet: ${would} instead of ${counts} for ${who} in ${weekName(week)}`,
      sentences: [
        `Bet ${bet} of ${who} counts as if its last change had come in time. By the rules of the week, that is: ${word(content.text('would_be').toLowerCase()).toLowerCase()}.`,
        'A reward that is due by then is credited. One that isn’t due any more is stopped, unless it was credited already: then it stays, and is marked for a person.',
      ],
      changes: [{ what: `Bet ${bet}`, before: counts, after: would }],
      object: customer(content),
    };
  },
};

export const heldReward: Kind = {
  name: 'Sending a held reward',
  onApproval: 'The reward is sent to its provider within seconds, under its own key. The customer’s timeline says when it is credited.',
  approvers: 'operator',
  inWords(content) {
    const [who, reward] = [content.text('customer'), rewardName(content.text('brand'), content.text('reward'))];
    const value = amount(content.numberOrNull('value_minor'), content.textOrNull('currency'));
    const isLarge = content.text('held') === 'OVER_LIMIT';
    return {
      title: `Held reward: “${reward}” (${value}) sent to ${who}`,
      sentences: [
        `It is of ${weekName(content.text('week'))}, and is sent to ${content.textOrNull('provider') ?? 'the provider that takes it'}.`,
        isLarge
          ? 'It is worth more than its provider pays without a person’s consent.'
          : 'It may have been sent before, so long ago that the provider may have forgotten its key and pay it a second time. Has somebody asked the provider?',
      ],
      changes: [{ what: 'Reward', before: 'In review', after: 'On its way' }],
      object: customer(content),
    };
  },
};
