/** Proposals about customers' money: corrections, and stopped payouts that go on. */
import { correctionInWords } from '../../finance/words.ts';
import { money } from '../../money/amounts.ts';
import { dayOf } from '../../time/moments.ts';
import { customer } from './moneyKinds.ts';

import type { Kind } from './proposal.ts';

export const correction: Kind = {
  name: "A correction of a customer's money",
  onApproval: 'The wallet moves the money within seconds, once. “Corrections” says whether it was moved, or why not.',
  approvers: 'finance',
  inWords(content) {
    const [minor, currency, who] = [content.number('amount_minor'), content.text('currency'), content.text('customer')];
    const amount = money(Math.abs(minor), currency);
    const before = content.number('before_minor');
    const credit = content.text('credit');
    return {
      title: minor < 0 ? `Correction: ${amount} taken from ${who}` : `Correction: ${amount} for ${who}`,
      sentences: [
        `This ${correctionInWords(minor, currency, credit)} of ${who}.`,
        'The balances are of when it was proposed. If less is left than is taken when somebody approves it, nothing is moved.',
      ],
      changes: [{ what: credit === '' ? 'Cash' : `Credit ${credit}`, before: money(before, currency), after: money(before + minor, currency) }],
      object: customer(content),
    };
  },
};

export const release: Kind = {
  name: 'Payouts that go on again',
  onApproval: 'Payouts of the currency go on within seconds, those that waited first. If the last close differs by then, nothing changes.',
  approvers: 'finance',
  inWords(content) {
    const [currency, days] = [content.text('currency'), content.texts('days').map(dayOf)];
    const of = currency === '' ? 'of all currencies' : `in ${currency}`;
    return {
      title: `Payouts ${of} go on again`,
      sentences: [
        `Payouts ${of} stopped because the ${days.length === 1 ? 'close' : 'closes'} of ${days.join(', ')} differed.`,
        'A later day was closed without a difference. Read the reason: what differed has to be explained, not only gone.',
      ],
      changes: [{ what: `Payouts ${of}`, before: 'Stopped', after: 'Resume' }],
      object: { path: '/payoutStops', label: 'Payout stops', permission: 'finance.read' },
    };
  },
};

export const withdrawal: Kind = {
  name: 'What becomes of a withdrawal',
  onApproval: 'The wallet follows within seconds, once.',
  approvers: 'finance',
  inWords(content) {
    const [amount, who] = [money(content.number('amount_minor'), content.text('currency')), content.text('customer')];
    const isApproval = content.text('decision') === 'approve';
    const [method = ''] = content.text('method').split(':');
    return {
      title: isApproval ? `Withdrawal: ${amount} sent to ${who}` : `Withdrawal: ${amount} of ${who} rejected`,
      sentences: [
        `${who} asked for ${amount} by ${method}. It waits for a person: ${content.text('review')}.`,
        isApproval ? 'The money leaves the house, and cannot be called back.' : 'The money that was set aside is the customer’s to use again.',
      ],
      changes: [{ what: 'Withdrawal', before: 'Waits', after: isApproval ? 'Sent' : 'Rejected' }],
      object: customer(content),
    };
  },
};

export const refund: Kind = {
  name: 'A refund of a deposit',
  onApproval: 'The wallet sets the money aside within seconds and sends it back, once. “Refunds” says what became of it, or why not.',
  approvers: 'finance',
  inWords(content) {
    const [minor, currency, who] = [content.number('amount_minor'), content.text('currency'), content.text('customer')];
    const [amount, left, cash] = [money(minor, currency), content.number('left_minor'), content.number('cash_minor')];
    const isOwed = content.flag('owed');
    return {
      title: `Refund: ${amount} of a deposit of ${who}`,
      sentences: [
        `${amount} goes back to what ${who} paid with, at ${content.text('processor')}. It cannot be called back.`,
        isOwed
          ? 'This money was never the customer’s: it has to go back, and could not be sent before.'
          : 'It is taken from the customer’s cash first. If less is there when somebody approves it, nothing is sent.',
      ],
      changes: [
        { what: 'Left of the deposit', before: money(left, currency), after: money(left - minor, currency) },
        ...(isOwed ? [] : [{ what: 'Customer’s cash', before: money(cash, currency), after: money(cash - minor, currency) }]),
      ],
      object: { path: `/payments/${encodeURIComponent(content.text('payment'))}/show`, label: 'Payment', permission: 'finance.read' },
    };
  },
};
