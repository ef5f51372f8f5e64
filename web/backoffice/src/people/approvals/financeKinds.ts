/** Proposals of finance: about customers' money, and about payouts that are stopped. */
import { money } from '../../money/amounts.ts';

import type { Kind } from './proposal.ts';

const FINANCE = { path: '/finance', label: 'Finance', permission: 'finance.read' };

export const correction: Kind = {
  name: "A correction of a customer's account",
  onApproval: 'The wallet moves the money within seconds, once. If payouts of the currency are stopped, what a customer gets waits until they go on.',
  approvers: 'finance',
  inWords(content) {
    const [minor, before, currency] = [content.number('amount_minor'), content.number('before_minor'), content.text('currency')];
    const amount = money(Math.abs(minor), currency);
    const [who, credit] = [content.text('customer'), content.text('credit')];
    const account = credit === '' ? 'cash' : `credit ${credit}`;
    return {
      title: minor < 0 ? `${amount} taken from ${who}` : `${amount} for ${who}`,
      sentences: [
        minor < 0
          ? `This takes ${amount} from the ${account} of ${who}, and never more than is there.`
          : `This adds ${amount} to the ${account} of ${who}.`,
      ],
      changes: [{ what: 'What the customer may use', before: money(before, currency), after: money(before + minor, currency) }],
      object: FINANCE,
    };
  },
};

export const release: Kind = {
  name: 'Payouts that go on',
  onApproval: 'Payouts in the currency go on within seconds, and corrections that waited are applied.',
  approvers: 'finance',
  inWords(content) {
    const [currency, days] = [content.text('currency'), content.texts('days')];
    return {
      title: `Payouts in ${currency} go on`,
      sentences: [`They are stopped because the close of ${days.join(', ')} differed. A later day was closed without a difference.`],
      changes: [],
      object: FINANCE,
    };
  },
};
