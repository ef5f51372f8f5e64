/** How each kind of proposal is shown; a kind that is not listed cannot be approved on a screen. */
import { adjustment, erasure, goodwill, goodwillBudget, rewardBudget } from './moneyKinds.ts';
import { heldReward, lateBet } from './caseKinds.ts';
import { voidBets } from './bettingKinds.ts';
import { boardEntry } from './boardKinds.ts';
import { correction, refund, release, withdrawal } from './financeKinds.ts';
import { adapter, closeWeek, provider, recall } from './operationsKinds.ts';
import { lobby } from './lobbyKinds.ts';
import { Content, type InWords, type Kind } from './proposal.ts';
import { revision, scheme } from './textKinds.ts';

import type { Proposal } from '../../graph/generated/operations.ts';

export const KINDS: Readonly<Record<string, Kind>> = {
  'betting.void': voidBets,
  'content.revision': revision,
  'events.board': boardEntry,
  'finance.correction': correction,
  'finance.refund': refund,
  'finance.release': release,
  'finance.withdrawal': withdrawal,
  'lobby.content': lobby,
  'operations.adapter': adapter,
  'operations.close_week': closeWeek,
  'operations.held_reward': heldReward,
  'operations.late_bet': lateBet,
  'operations.provider': provider,
  'operations.recall': recall,
  'risk.raise_budget': rewardBudget,
  'rules.scheme': scheme,
  'support.adjustment': adjustment,
  'support.erasure': erasure,
  'support.goodwill': goodwill,
  'support.raise_goodwill_budget': goodwillBudget,
};

type Shown = Pick<Proposal, 'kind' | 'brand' | 'content' | 'visible'>;

/** Return a proposal in words; null if its content may not be seen, or cannot be shown. */
export function inWords({ kind, brand, content, visible }: Shown): InWords | null {
  if (!visible) return null;
  try {
    return KINDS[kind]?.inWords(new Content(content), brand) ?? null;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Return a proposal's title: what it is about, or its kind in words. */
export function titleOf(proposal: Shown): string {
  return inWords(proposal)?.title ?? KINDS[proposal.kind]?.name ?? proposal.kind;
}
