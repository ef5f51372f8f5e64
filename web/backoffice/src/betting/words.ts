/** What traders read and decide, in words. */
import { money, number, word } from '../money/amounts.ts';
import { WORDS } from '../words/index.ts';

import type { LimitOfTraders, OpenBet, RulesOfTraders, SelectionAtRisk, SuspendedTarget } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

export type Scope = SuspendedTarget['scope'];

export const SCOPES: Readonly<Record<Scope, string>> = WORDS.betting.scopes;

/** Return what a decision is about: `Event: Ascot 14:30`. */
export function targetName({ scope, name, targetId }: Pick<SuspendedTarget, 'scope' | 'name' | 'targetId'>): string {
  return scope === 'BRAND' ? SCOPES.BRAND : `${SCOPES[scope]}: ${name === '' ? targetId : name}`;
}

/** Return what a limit allows: `£50.00 a bet, £2,000.00 at risk`. */
export function limitInWords({ stakeMinor, liabilityMinor, currency }: Pick<LimitOfTraders, 'stakeMinor' | 'liabilityMinor' | 'currency'>): string {
  const parts = [
    ...(stakeMinor === null ? [] : [WORDS.betting.aBet({ stake: money(stakeMinor, currency) })]),
    ...(liabilityMinor === null ? [] : [WORDS.betting.atRisk({ liability: money(liabilityMinor, currency) })]),
  ];
  return parts.length === 0 ? WORDS.betting.noLimit : parts.join(', ');
}

/** Return how a selection stands against its limit: what is at risk as a share of it. */
export function stateOfSelection(one: Pick<SelectionAtRisk, 'suspended' | 'liabilityMinor' | 'liabilityLimitMinor'>): { readonly tone: Tone; readonly label: string } {
  if (one.suspended) return { tone: 'warning', label: WORDS.betting.suspended };
  const { liabilityMinor: risk, liabilityLimitMinor: limit } = one;
  if (limit === null) return { tone: 'neutral', label: WORDS.betting.noLimit };
  if (risk >= limit) return { tone: 'bad', label: WORDS.betting.limitReached };
  const part = Math.floor((Math.max(risk, 0) / limit) * 100);
  return { tone: part >= 80 ? 'warning' : 'good', label: WORDS.betting.ofTheLimit({ part }) };
}

/** Return decimal odds: `3.00`. */
export function odds(milli: number): string {
  return (milli / 1000).toFixed(2);
}

/** Return what was bet, in a line: `Ascot 14:30 · Red Rum at 3.00`, and how many selections more. */
export function betInWords({ legs }: Pick<OpenBet, 'legs'>): string {
  const [first, ...more] = legs;
  if (first === undefined) return '–';
  const line = WORDS.betting.eventPickAtOdds({ event: first.event, pick: first.pick, odds: odds(first.oddsMilli) });
  return more.length === 0 ? line : WORDS.betting.andMore({ line, count: number(more.length) });
}

/** Return what bets may cost, have and wait, each as a sentence. */
export function termsInWords({ stakes, maxLegs, delaySeconds }: Pick<RulesOfTraders, 'stakes' | 'maxLegs' | 'delaySeconds'>): readonly string[] {
  const usual = WORDS.betting.asTheInstallationIsSetUp;
  return [
    ...(stakes.length === 0 ? [WORDS.betting.stakes({ usual })] : []),
    ...stakes.map(({ currency, minimumMinor, maximumMinor }) => WORDS.betting.stakesInTo({ currency, minimum: money(minimumMinor, currency), maximum: money(maximumMinor, currency) })),
    WORDS.betting.selectionsInABet({ what: maxLegs === null ? usual : WORDS.betting.atMost({ maxLegs }) }),
    WORDS.betting.betsInPlayWait({ what: delaySeconds === null ? usual : WORDS.common.delaySecondsS({ delaySeconds: number(delaySeconds) }) }),
  ];
}

/** Return a part as it is typed and read: 250 is `25`. */
export function percent(milli: number): string {
  return String(milli / 10);
}

export interface TypedPart {
  /** In thousandths; null if nothing is typed, or if it is refused. */
  readonly milli: number | null;
  readonly problem: string;
}

/** Read a part that was typed in percent, `25` or `12.5`. */
export function typedPart(typed: string): TypedPart {
  const text = typed.trim();
  if (text === '') return { milli: null, problem: '' };
  const milli = Math.round(Number(text) * 10);
  const isPart = /^\d{1,3}(?:\.\d)?$/u.test(text) && milli <= 1000;
  return isPart ? { milli, problem: '' } : { milli: null, problem: WORDS.betting.writeZeroToHundred };
}

/** Return a status of a bet as a word. */
export function statusName(status: OpenBet['status']): string {
  return word(status.toLowerCase());
}
