/** Proposals about customers' money: corrections, and stopped payouts that go on. */
import { correctionInWords } from '../../finance/words.ts';
import { money } from '../../money/amounts.ts';
import { dayOf } from '../../time/moments.ts';
import { customer } from './moneyKinds.ts';
import { WORDS } from '../../words/index.ts';

import type { Kind } from './proposal.ts';

export const correction: Kind = {
  name: WORDS.approvals.aCorrectionOfACustomersMoney,
  onApproval: WORDS.approvals.walletMovesMoneyWithin,
  approvers: 'finance',
  inWords(content) {
    const [minor, currency, who] = [content.number('amount_minor'), content.text('currency'), content.text('customer')];
    const amount = money(Math.abs(minor), currency);
    const before = content.number('before_minor');
    const credit = content.text('credit');
    return {
      title: minor < 0 ? WORDS.approvals.correctionTakenFrom({ amount, who }) : WORDS.approvals.correctionFor({ amount, who }),
      sentences: [
        WORDS.approvals.thisCorrectionOfWho({ correction: correctionInWords(minor, currency, credit), who }),
        WORDS.approvals.balancesWhenProposedIfLess,
      ],
      changes: [{ what: credit === '' ? WORDS.common.cash : WORDS.common.credit({ credit }), before: money(before, currency), after: money(before + minor, currency) }],
      object: customer(content),
    };
  },
};

export const release: Kind = {
  name: WORDS.approvals.payoutsThatGoOnAgain,
  onApproval: WORDS.approvals.payoutsCurrencyGoWithin,
  approvers: 'finance',
  inWords(content) {
    const [currency, days] = [content.text('currency') || WORDS.common.allCurrenciesInline, content.texts('days').map(dayOf)];
    return {
      title: WORDS.approvals.payoutsGoOnAgain({ currency }),
      sentences: [
        WORDS.approvals.payoutsStoppedBecause({ count: days.length, currency, days: days.join(', ') }),
        WORDS.approvals.laterDayClosedWithout,
      ],
      changes: [{ what: WORDS.approvals.payouts({ currency }), before: WORDS.common.stopped, after: WORDS.common.resume }],
      object: { path: '/payoutStops', label: WORDS.common.payoutStops, permission: 'finance.read' },
    };
  },
};

export const withdrawal: Kind = {
  name: WORDS.approvals.whatBecomesOfAWithdrawal,
  onApproval: WORDS.approvals.walletFollowsWithinSeconds,
  approvers: 'finance',
  inWords(content) {
    const [amount, who] = [money(content.number('amount_minor'), content.text('currency')), content.text('customer')];
    const isApproval = content.text('decision') === 'approve';
    const [method = ''] = content.text('method').split(':');
    return {
      title: isApproval ? WORDS.approvals.withdrawalSentTo({ amount, who }) : WORDS.approvals.withdrawalOfRejected({ amount, who }),
      sentences: [
        WORDS.approvals.askedForBy({ who, amount, method, review: content.text('review') }),
        isApproval ? WORDS.approvals.moneyLeavesHouseCannot : WORDS.approvals.moneySetAsideCustomersUse,
      ],
      changes: [{ what: WORDS.approvals.withdrawal, before: WORDS.common.waits, after: isApproval ? WORDS.approvals.sent : WORDS.approvals.rejected }],
      object: customer(content),
    };
  },
};

export const refund: Kind = {
  name: WORDS.approvals.aRefundOfADeposit,
  onApproval: WORDS.approvals.walletSetsMoneyAsideWithin,
  approvers: 'finance',
  inWords(content) {
    const [minor, currency, who] = [content.number('amount_minor'), content.text('currency'), content.text('customer')];
    const [amount, left, cash] = [money(minor, currency), content.number('left_minor'), content.number('cash_minor')];
    const isOwed = content.flag('owed');
    return {
      title: WORDS.approvals.refundOfADepositOf({ amount, who }),
      sentences: [
        WORDS.approvals.goesBackToWhatPaidWithAt({ amount, who, processor: content.text('processor') }),
        isOwed
          ? WORDS.approvals.thisMoneyWasNeverTheCustomers
          : WORDS.approvals.takenFromCustomersCash,
      ],
      changes: [
        { what: WORDS.approvals.leftOfTheDeposit, before: money(left, currency), after: money(left - minor, currency) },
        ...(isOwed ? [] : [{ what: WORDS.approvals.customersCash, before: money(cash, currency), after: money(cash - minor, currency) }]),
      ],
      object: { path: `/payments/${encodeURIComponent(content.text('payment'))}/show`, label: WORDS.common.payment, permission: 'finance.read' },
    };
  },
};
