/** What a decision about offers means, in words: before it is made, and before it is undone. */
import type { Candidate, MatchDecision, MatchDecisionState, MatchVerdict, Offer, WaitingMatch } from '../graph/generated/operations.ts';

type Side = Pick<WaitingMatch, 'offers'>;
type Named = Pick<Offer, 'name' | 'provider'>;

export const VERDICTS: Readonly<Record<MatchVerdict, string>> = { SAME: 'Same event', DIFFERENT: 'Different events' };

export const STATES: Readonly<Record<MatchDecisionState, string>> = {
  IN_FORCE: 'In force',
  BEING_APPLIED: 'Being applied',
  REFUSED: 'Not followed',
  UNDONE: 'Undone',
};

export const WHY_NOT_FOLLOWED =
  'It contradicts other decisions: followed, it would make one event of two offers of one provider, or of offers that a person separated. Undo this one, or the one that it contradicts.';

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
  return others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
}

/** Say what a verdict does, before it is given. */
export function consequence(verdict: MatchVerdict, waiting: Side, candidate: Pick<Candidate, 'offers'>): string {
  const isPair = waiting.offers.length === 1 && candidate.offers.length === 1;
  const both = [waiting, candidate].map(({ offers }) => listed(offers.map(called))).join(isPair ? ' and ' : ' as well as ');
  if (verdict === 'SAME') {
    return `${both} become one event on all nodes: customers see the markets of the provider that leads. What the names teach holds for later matches, too. You can undo it.`;
  }
  return `${both} stay two events on all nodes: each of these offers is kept apart from the whole other event. What waits is listed as an event of its own, unless it may be of yet another one. You can undo it.`;
}

type Undoable = Pick<MatchDecision, 'state' | 'verdict' | 'remaining' | 'learned' | 'together'>;

/** Say what happens once a decision is undone, before it is. */
export function undone(decision: Undoable): string {
  const { state, learned, together } = decision;
  const parts = state === 'REFUSED' ? ['Nothing changes for customers: this decision isn’t followed, and what it contradicts stays.'] : undoneForCustomers(decision);
  if (state === 'BEING_APPLIED') parts.unshift('This decision is still being applied, so customers may not see it yet.');
  if (learned > 0) parts.push('What was learned of the names is forgotten, so other matches may wait again.');
  if (together > 1) parts.push(`${together} decisions were made at once, and are undone together${state === 'REFUSED' ? ', also those that are followed' : ''}.`);
  return parts.join(' ');
}

function undoneForCustomers({ verdict, remaining }: Undoable): string[] {
  const stays = remaining === null ? '' : ` ${called(remaining)} stays an event`;
  return verdict === 'SAME'
    ? [
        `These offers become two events again.${stays === '' ? '' : `${stays}, and what hung on the joined event is listed with it.`}`,
        'The other one waits for a decision again; its markets aren’t shown until then.',
      ]
    : [`These offers may be of one event again.${stays === '' ? '' : `${stays}.`}`, 'The other one waits for a decision, and isn’t listed until then.'];
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
    ? Array.from({ length: count }, (_, side) => [count === 1 ? 'Name' : `Side ${side + 1}`, ({ competitors }) => competitors[side] ?? ''])
    : [['Name', ({ name }) => name]];
  const compared: readonly [string, (offer: Offer) => string][] = [
    ...names,
    ['Competition', ({ competition }) => competition || '–'],
    ['Start', ({ startsAt }) => shown(startsAt)],
  ];
  return compared.map(([head, value]) => {
    const sides = [said(waiting, value), said(candidate, value)] as const;
    return { head, sides, differs: new Set([...sides[0], ...sides[1]]).size > 1 };
  });
}

function said({ offers }: Side, value: (offer: Offer) => string): readonly string[] {
  return [...new Set(offers.map(value))];
}
