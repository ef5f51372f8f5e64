/** Proposals that bets are void. */
import { customer } from './moneyKinds.ts';
import { SCOPES } from '../../betting/words.ts';
import { money, number, word } from '../../money/amounts.ts';
import { WORDS } from '../../words/index.ts';

import type { Content, Kind } from './proposal.ts';

export const voidBets: Kind = {
  name: WORDS.approvals.betsThatAreVoid,
  onApproval: WORDS.approvals.betsSettledAgainWithin,
  approvers: 'trader',
  inWords(content) {
    return content.text('of') === 'bet' ? bet(content) : market(content);
  },
};

function bet(content: Content) {
  const [currency, who, status] = [content.text('currency'), content.text('customer'), content.text('status')];
  const [stake, returns] = [money(content.number('stake_minor'), currency), content.numberOrNull('returns_minor')];
  const [legs, pick] = [content.number('legs'), content.text('pick')];
  const picks = legs > 1 ? WORDS.approvals.andMorePicks({ pick, more: legs - 1 }) : pick;
  return {
    title: WORDS.approvals.voidABetOfBy({ stake, who }),
    sentences: [
      WORDS.approvals.betOn({ who, stake: content.flag('free') ? WORDS.approvals.ofAFreeBet({ stake }) : stake, picks }),
      returns === null ? WORDS.approvals.itIsOpenItsStakeGoesBack : WORDS.approvals.itHasReturned({ returns: money(returns, currency) }),
    ],
    changes: [{ what: WORDS.common.bet, before: word(status.toLowerCase()), after: WORDS.common.void }],
    object: customer(content),
  };
}

function market(content: Content) {
  const of = content.text('of') === 'market' ? 'MARKET' : 'SELECTION';
  const name = content.text('name') === '' ? content.text('id') : content.text('name');
  const open = content.parts('open').map((part) => {
    const bets = part.number('bets');
    return WORDS.approvals.openBetsOf({ bets, stake: money(part.number('stake_minor'), part.text('currency')), shown: number(bets) });
  });
  if (!content.flag('void')) {
    return {
      title: WORDS.approvals.restoreAllBetsOn({ name }),
      sentences: [WORDS.approvals.allBetsSettledResultAgain({ scope: SCOPES[of].toLowerCase() })],
      changes: [{ what: SCOPES[of], before: WORDS.common.void, after: WORDS.approvals.asItsResultSays }],
      object: { path: '/trading', label: WORDS.approvals.suspendedAndLimits, permission: 'betting.read' },
    };
  }
  return {
    title: WORDS.approvals.voidAllBetsOn({ name }),
    sentences: [
      WORDS.approvals.allBetsVoidAlsoThose({ scope: SCOPES[of].toLowerCase() }),
      open.length === 0 ? WORDS.approvals.noBetOpenWhenProposed : WORDS.approvals.openWhenProposed({ open: open.join(WORDS.common.and) }),
    ],
    changes: [{ what: SCOPES[of], before: null, after: WORDS.approvals.voidAndSuspended }],
    object: { path: '/liability', label: WORDS.common.liability, permission: 'betting.read' },
  };
}
