/** What a decision about offers means, in words: before it is made, and before it is undone. */
import { WORDS } from '../words/index.ts';

import type { Candidate, MatchDecision, MatchDecisionState, MatchVerdict, Offer, WaitingMatch } from '../graph/generated/operations.ts';

type Side = Pick<WaitingMatch, 'offers'>;
type Named = Pick<Offer, 'name' | 'provider'>;

export const VERDICTS: Readonly<Record<MatchVerdict, string>> = WORDS.events.verdicts;

export const STATES: Readonly<Record<MatchDecisionState, string>> = WORDS.events.states;

export const WHY_NOT_FOLLOWED =
  WORDS.events.itContradictsOtherDecisions;

/** Return an offer's name, with the provider that calls it so. */
export function called({ name, provider }: Named): string {
  return `“${name}” (${provider})`;
}

/** Return the name of an event by its first offer. */
export function nameOf({ offers }: Side): string {
  return offers[0]?.name ?? '–';
}

function listed(names: readonly string[]): string {
  const [last = '', ...others] = names.toReversed();
  return others.length === 0 ? last : WORDS.common.othersAndLast({ others: others.toReversed().join(', '), last });
}

/** Say what a verdict does, before it is given. */
export function consequence(verdict: MatchVerdict, waiting: Side, candidate: Pick<Candidate, 'offers'>): string {
  const isPair = waiting.offers.length === 1 && candidate.offers.length === 1;
  const both = [waiting, candidate].map(({ offers }) => listed(offers.map(called))).join(isPair ? WORDS.common.and : WORDS.events.asWellAs);
  if (verdict === 'SAME') {
    return WORDS.events.becomeOneEventOnAllNodes({ both });
  }
  return WORDS.events.stayTwoEventsOnAllNodes({ both });
}

type Undoable = Pick<MatchDecision, 'state' | 'verdict' | 'remaining' | 'learned' | 'together'>;

/** Say what happens once a decision is undone, before it is. */
export function undone(decision: Undoable): string {
  const { state, learned, together } = decision;
  const parts = state === 'REFUSED' ? [WORDS.events.nothingChangesForCustomers] : undoneForCustomers(decision);
  if (state === 'BEING_APPLIED') parts.unshift(WORDS.events.decisionStillBeingApplied);
  if (learned > 0) parts.push(WORDS.events.whatLearnedNamesForgotten);
  if (together > 1) parts.push(state === 'REFUSED' ? WORDS.events.decidedTogether({ together }) : WORDS.events.undoneTogether({ together }));
  return parts.join(' ');
}

function undoneForCustomers({ verdict, remaining }: Undoable): string[] {
  const stays = remaining === null ? null : { remaining: called(remaining) };
  return verdict === 'SAME'
    ? [stays === null ? WORDS.events.becomeTwoEvents : WORDS.events.becomeTwoEventsOneStays(stays), WORDS.events.otherOneWaitsDecisionAgain]
    : [stays === null ? WORDS.events.mayBeOneEvent : WORDS.events.mayBeOneEventOneStays(stays), WORDS.events.otherOneWaitsDecisionIsnt];
}

export interface Fact {
  readonly head: string;
  /** What each side says, once if all of its offers say so. */
  readonly sides: readonly [readonly string[], readonly string[]];
  readonly differs: boolean;
}

const MAX_SIDES = 2;

/** Compare what tells two events apart: who takes part, the competition, and the start. */
export function facts(waiting: Side, candidate: Side, shown: (at: string) => string): readonly Fact[] {
  const offers = [...waiting.offers, ...candidate.offers];
  const count = offers[0]?.competitors.length ?? 0;
  const hasSides = count > 0 && count <= MAX_SIDES && offers.every(({ competitors }) => competitors.length === count);
  const names: readonly [string, (offer: Offer) => string][] = hasSides
    ? Array.from({ length: count }, (_, side) => [count === 1 ? WORDS.common.name : WORDS.events.side({ side: side + 1 }), ({ competitors }) => competitors[side] ?? ''])
    : [[WORDS.common.name, ({ name }) => name]];
  const compared: readonly [string, (offer: Offer) => string][] = [
    ...names,
    [WORDS.common.competition, ({ competition }) => competition || '–'],
    [WORDS.events.start, ({ startsAt }) => shown(startsAt)],
  ];
  return compared.map(([head, value]) => {
    const sides = [said(waiting, value), said(candidate, value)] as const;
    return { head, sides, differs: new Set([...sides[0], ...sides[1]]).size > 1 };
  });
}

function said({ offers }: Side, value: (offer: Offer) => string): readonly string[] {
  return [...new Set(offers.map(value))];
}
