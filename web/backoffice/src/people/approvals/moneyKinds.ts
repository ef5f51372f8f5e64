/** Proposals about a customer's week and about budgets. */
import { money, number, word } from '../../money/amounts.ts';
import { adjustmentInWords } from '../../support/adjustment.ts';
import { brandName, rewardName } from '../../frame/names.ts';
import { weekName } from '../../time/weeks.ts';
import { WORDS } from '../../words/index.ts';

import type { Change, Content, Kind } from './proposal.ts';

const CAUSES: Readonly<Record<string, string>> = WORDS.approvals.causes;

export function customer(content: Content) {
  const id = `${content.text('brand')}:${content.text('customer')}`;
  return { path: `/customers/${encodeURIComponent(id)}/show`, label: WORDS.approvals.customer({ customer: content.text('customer') }), permission: 'support.read' };
}

function weekOrEvery(isoWeek: string | null): string {
  return isoWeek === null ? WORDS.approvals.everyWeekWithoutBudgetOwn : weekName(isoWeek);
}

const RISK = { path: '/risk-overview', label: WORDS.approvals.budgets, permission: 'risk.read' };

export const adjustment: Kind = {
  name: WORDS.approvals.aCorrectionOfACustomersWeek,
  onApproval: WORDS.approvals.weeksTotalChangesWithin,
  approvers: 'risk',
  inWords(content) {
    const [minor, currency, week] = [content.number('amount_minor'), content.text('currency'), content.text('week')];
    const amount = money(Math.abs(minor), currency);
    const who = content.text('customer');
    return {
      title: minor < 0 ? WORDS.approvals.subtractedFromIn({ amount, who, week: weekName(week) }) : WORDS.approvals.amountForWhoInWeek({ amount, who, week: weekName(week) }),
      sentences: [WORDS.approvals.thisCorrectionOfWho({ correction: adjustmentInWords(minor, currency, week), who })],
      changes: [],
      object: customer(content),
    };
  },
};

export const goodwill: Kind = {
  name: WORDS.approvals.aRewardAsGoodwill,
  onApproval: WORDS.approvals.providerAskedCreditReward,
  approvers: 'risk',
  inWords(content) {
    const reward = content.part('reward');
    const [value, spins] = [reward.numberOrNull('value_minor'), reward.numberOrNull('spins')];
    const currency = reward.text('currency');
    const worth = value === null ? WORDS.approvals.spins({ count: spins ?? 0, shown: number(spins ?? 0) }) : money(value, currency);
    const [who, week] = [content.text('customer'), content.text('week')];
    const cause = content.text('cause');
    const named = rewardName(content.text('brand'), reward.text('reward_id'));
    return {
      title: WORDS.approvals.goodwillOfFor({ kind: word(reward.text('kind')).toLowerCase(), worth, who }),
      sentences: [
        WORDS.approvals.customerGetsValidDays({ named, days: reward.number('expiry_days') }),
        WORDS.approvals.itIsGivenBecause({ cause: CAUSES[cause] ?? word(cause).toLowerCase() }),
        WORDS.approvals.reservedGoodwillBudget({ week: weekName(week), worth }),
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
  const left = (minor: number) => WORDS.approvals.leftOf({ minor: money(minor, currency), amount: money(budget.amountMinor, currency) });
  return { what: WORDS.approvals.goodwillBudgetOf({ week: weekName(week) }), before: left(budget.leftMinor + value), after: left(budget.leftMinor) };
}

const LIMITS = [
  ['amount_minor', WORDS.approvals.total],
  ['customer_minor', WORDS.common.limitPerCustomer],
  ['agent_minor', WORDS.common.limitPerAgent],
] as const;

export const goodwillBudget: Kind = {
  name: WORDS.approvals.aHigherGoodwillBudget,
  onApproval: WORDS.approvals.peopleRaiseBudgetCantSpend,
  approvers: 'risk',
  inWords(content) {
    const [before, limits, currency] = [content.part('before'), content.part('limits'), content.text('currency')];
    const amount = money(limits.number('amount_minor'), currency);
    return {
      title: WORDS.approvals.goodwillBudgetOfFor({ amount, week: weekOrEvery(content.textOrNull('week')) }),
      sentences: [WORDS.approvals.supportMayGive({ after: amount, before: money(before.number('amount_minor'), currency) })],
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
  name: WORDS.approvals.aHigherBudgetOfAReward,
  onApproval: WORDS.approvals.allNodesApplyItWithinSeconds,
  approvers: 'risk',
  inWords(content) {
    const shown = (value: number | null) => (value === null ? WORDS.approvals.noLimit : WORDS.approvals.rewards({ count: value, shown: number(value) }));
    const [before, after] = [shown(content.numberOrNull('before')), shown(content.numberOrNull('rewards'))];
    const [week, brand] = [weekOrEvery(content.textOrNull('week')), content.text('brand')];
    const reward = rewardName(brand, content.text('reward'));
    return {
      title: WORDS.approvals.budgetOfFor({ reward, after, week }),
      sentences: [WORDS.approvals.customersMayChooseMore({ brand: brandName(brand), reward })],
      changes: [{ what: WORDS.approvals.inAWeek, before, after }],
      object: RISK,
    };
  },
};

export const erasure: Kind = {
  name: WORDS.approvals.theErasureOfACustomersData,
  onApproval:
    WORDS.approvals.jobErasesDataEveryDatabase,
  approvers: 'support',
  inWords(content) {
    const who = content.text('customer');
    return {
      title: WORDS.approvals.eraseTheDataOf({ who }),
      sentences: [
        WORDS.approvals.everythingAboutErased({ who, brand: brandName(content.text('brand')) }),
        WORDS.approvals.itCannotBeBroughtBack,
      ],
      changes: [],
      object: customer(content),
    };
  },
};
