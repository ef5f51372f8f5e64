/** Proposals about a customer's week and about budgets. */
import { money, number, word } from '../../money/amounts.ts';
import { adjustmentInWords } from '../../support/adjustment.ts';
import { brandName, rewardName } from '../../frame/names.ts';
import { weekName } from '../../time/weeks.ts';

import type { Change, Content, Kind } from './proposal.ts';

const CAUSES: Readonly<Record<string, string>> = {
  SERVICE_FAULT: 'the site or the club did not work',
  WRONG_INFORMATION: 'we told the customer something wrong',
  LATE_REWARD: 'a reward came late',
  BET_HANDLING: 'a bet was handled wrongly',
  COMPLAINT: 'a complaint was upheld',
};

export function customer(content: Content) {
  const id = `${content.text('brand')}:${content.text('customer')}`;
  return { path: `/customers/${encodeURIComponent(id)}/show`, label: `Customer ${content.text('customer')}`, permission: 'support.read' };
}

function weekOrEvery(isoWeek: string | null): string {
  return isoWeek === null ? 'every week without a budget of its own' : weekName(isoWeek);
}

const RISK = { path: '/risk-overview', label: 'Budgets', permission: 'risk.read' };

export const adjustment: Kind = {
  name: "A correction of a customer's week",
  onApproval: "The week's total changes within seconds, and its reward with it. Nothing else remains to be done.",
  approvers: 'risk',
  inWords(content) {
    const [minor, currency, week] = [content.number('amount_minor'), content.text('currency'), content.text('week')];
    const amount = money(Math.abs(minor), currency);
    const who = content.text('customer');
    return {
      title: minor < 0 ? `${amount} subtracted from ${who} in ${weekName(week)}` : `${amount} for ${who} in ${weekName(week)}`,
      sentences: [`This ${adjustmentInWords(minor, currency, week)} of ${who}.`],
      changes: [],
      object: customer(content),
    };
  },
};

export const goodwill: Kind = {
  name: 'A reward as goodwill',
  onApproval: 'A provider is asked to credit the reward. Watch the timeline of the customer, which says when it is credited.',
  approvers: 'risk',
  inWords(content) {
    const reward = content.part('reward');
    const [value, spins] = [reward.numberOrNull('value_minor'), reward.numberOrNull('spins')];
    const currency = reward.text('currency');
    const worth = value === null ? `${number(spins ?? 0)} spins` : money(value, currency);
    const [who, week] = [content.text('customer'), content.text('week')];
    const cause = content.text('cause');
    const named = rewardName(content.text('brand'), reward.text('reward_id'));
    return {
      title: `Goodwill: ${word(reward.text('kind')).toLowerCase()} of ${worth} for ${who}`,
      sentences: [
        `The customer gets “${named}”, which is valid for ${reward.number('expiry_days')} days.`,
        `It is given because ${CAUSES[cause] ?? word(cause).toLowerCase()}.`,
        `It is reserved in the goodwill budget of ${weekName(week)} already; rejecting it frees ${worth} again.`,
      ],
      changes: [],
      object: customer(content),
    };
  },
};

/** A week's goodwill budget, of which proposals that wait have taken their part already. */
interface WeekBudget {
  readonly isoWeek: string;
  readonly currency: string;
  readonly amountMinor: number;
  readonly leftMinor: number;
}

/** Return what is left of the budget without the proposed reward and with it; null if that is not known. */
export function goodwillEffect(content: Content, budgets: readonly WeekBudget[]): Change | null {
  const reward = content.part('reward');
  const [week, currency, value] = [content.text('week'), reward.text('currency'), reward.numberOrNull('value_minor')];
  const budget = budgets.find((one) => one.isoWeek === week && one.currency === currency);
  if (budget === undefined || value === null) return null;
  const left = (minor: number) => `${money(minor, currency)} left of ${money(budget.amountMinor, currency)}`;
  return { what: `Goodwill budget of ${weekName(week)}`, before: left(budget.leftMinor + value), after: left(budget.leftMinor) };
}

const LIMITS = [
  ['amount_minor', 'Total'],
  ['customer_minor', 'Limit per customer'],
  ['agent_minor', 'Limit per agent'],
] as const;

export const goodwillBudget: Kind = {
  name: 'A higher goodwill budget',
  onApproval: 'People who raise a budget can’t spend from it. The new limits apply immediately.',
  approvers: 'risk',
  inWords(content) {
    const [before, limits, currency] = [content.part('before'), content.part('limits'), content.text('currency')];
    const amount = money(limits.number('amount_minor'), currency);
    return {
      title: `Goodwill budget of ${amount} for ${weekOrEvery(content.textOrNull('week'))}`,
      sentences: [`Support may give ${amount} instead of ${money(before.number('amount_minor'), currency)} in a week.`],
      changes: LIMITS.map(([name, what]): Change => ({
        what,
        before: money(before.number(name), currency),
        after: money(limits.number(name), currency),
      })),
      object: RISK,
    };
  },
};

export const rewardBudget: Kind = {
  name: 'A higher budget of a reward',
  onApproval: 'All nodes apply it within seconds. Nothing else remains to be done.',
  approvers: 'risk',
  inWords(content) {
    const shown = (value: number | null) => (value === null ? 'no limit' : `${number(value)} rewards`);
    const [before, after] = [shown(content.numberOrNull('before')), shown(content.numberOrNull('rewards'))];
    const [week, brand] = [weekOrEvery(content.textOrNull('week')), content.text('brand')];
    const reward = rewardName(brand, content.text('reward'));
    return {
      title: `Budget of ${reward}: ${after} for ${week}`,
      sentences: [`Customers of ${brandName(brand)} may choose “${reward}” more often than before.`],
      changes: [{ what: 'In a week', before, after }],
      object: RISK,
    };
  },
};

export const erasure: Kind = {
  name: "The erasure of a customer's data",
  onApproval:
    'A job erases the data in every database; it cannot be undone. Watch the job: it waits until all consumers have done their part.',
  approvers: 'support',
  inWords(content) {
    const who = content.text('customer');
    return {
      title: `Erase the data of ${who}`,
      sentences: [
        `Everything about ${who} of ${brandName(content.text('brand'))} is erased, except what accounting and the law need, which is kept under a pseudonym.`,
        'It cannot be brought back. A legal hold prevents it.',
      ],
      changes: [],
      object: customer(content),
    };
  },
};
