/** Proposals that bets are void. */
import { customer } from './moneyKinds.ts';
import { SCOPES } from '../../betting/words.ts';
import { money, number, word } from '../../money/amounts.ts';

import type { Content, Kind } from './proposal.ts';

export const voidBets: Kind = {
  name: 'Bets that are void',
  onApproval: 'The bets are settled again within seconds: stakes go back, and what was paid is taken back. A market or selection is suspended as well.',
  approvers: 'trader',
  inWords(content) {
    return content.text('of') === 'bet' ? bet(content) : market(content);
  },
};

function bet(content: Content) {
  const [currency, who, status] = [content.text('currency'), content.text('customer'), content.text('status')];
  const [stake, returns] = [money(content.number('stake_minor'), currency), content.numberOrNull('returns_minor')];
  const legs = content.number('legs');
  return {
    title: `Void: a bet of ${stake} by ${who}`,
    sentences: [
      `${who} bet ${stake}${content.flag('free') ? ' of a free bet' : ''} on ${content.text('pick')}${legs > 1 ? `, and ${legs - 1} more` : ''}.`,
      returns === null ? 'It is open: its stake goes back.' : `It has returned ${money(returns, currency)}: the difference to its stake is moved.`,
    ],
    changes: [{ what: 'Bet', before: word(status.toLowerCase()), after: 'Void' }],
    object: customer(content),
  };
}

function market(content: Content) {
  const of = content.text('of') === 'market' ? 'MARKET' : 'SELECTION';
  const name = content.text('name') === '' ? content.text('id') : content.text('name');
  const open = content.parts('open').map((part) => {
    const bets = part.number('bets');
    return `${bets === 1 ? '1 open bet' : `${number(bets)} open bets`} of ${money(part.number('stake_minor'), part.text('currency'))}`;
  });
  if (!content.flag('void')) {
    return {
      title: `Restore: all bets on ${name}`,
      sentences: [`All bets on this ${SCOPES[of].toLowerCase()} are settled by its result again. It takes no new bets until somebody resumes it.`],
      changes: [{ what: SCOPES[of], before: 'Void', after: 'As its result says' }],
      object: { path: '/trading', label: 'Suspended and limits', permission: 'betting.read' },
    };
  }
  return {
    title: `Void: all bets on ${name}`,
    sentences: [
      `All bets on this ${SCOPES[of].toLowerCase()} are void, also those that were settled. Of a multiple, the rest stands.`,
      open.length === 0 ? 'No bet on it was open when it was proposed.' : `When it was proposed, there were ${open.join(' and ')} on it.`,
    ],
    changes: [{ what: SCOPES[of], before: null, after: 'Void, and suspended' }],
    object: { path: '/liability', label: 'Liability', permission: 'betting.read' },
  };
}
