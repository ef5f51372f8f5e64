/** What traders read and decide, in words. */
import { money, number, word } from '../money/amounts.ts';

import type { LimitOfTraders, OpenBet, RulesOfTraders, SelectionAtRisk, SuspendedTarget } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

export type Scope = SuspendedTarget['scope'];

export const SCOPES: Readonly<Record<Scope, string>> = {
  BRAND: 'All betting',
  SPORT: 'Sport',
  KIND: 'Kind of market',
  EVENT: 'Event',
  MARKET: 'Market',
  SELECTION: 'Selection',
};

/** Return what a decision is about: `Event: Ascot 14:30`. */
export function targetName({ scope, name, targetId }: Pick<SuspendedTarget, 'scope' | 'name' | 'targetId'>): string {
  return scope === 'BRAND' ? SCOPES.BRAND : `${SCOPES[scope]}: ${name === '' ? targetId : name}`;
}

/** Return what a limit allows: `£50.00 a bet, £2,000.00 at risk`. */
export function limitInWords({ stakeMinor, liabilityMinor, currency }: Pick<LimitOfTraders, 'stakeMinor' | 'liabilityMinor' | 'currency'>): string {
  const parts = [
    ...(stakeMinor === null ? [] : [`${money(stakeMinor, currency)} a bet`]),
    ...(liabilityMinor === null ? [] : [`${money(liabilityMinor, currency)} at risk`]),
  ];
  return parts.length === 0 ? 'No limit' : parts.join(', ');
}

/** Return how a selection stands against its limit: what is at risk as a share of it. */
export function stateOfSelection(one: Pick<SelectionAtRisk, 'suspended' | 'liabilityMinor' | 'liabilityLimitMinor'>): { readonly tone: Tone; readonly label: string } {
  if (one.suspended) return { tone: 'warning', label: 'Suspended' };
  const { liabilityMinor: risk, liabilityLimitMinor: limit } = one;
  if (limit === null) return { tone: 'neutral', label: 'No limit' };
  if (risk >= limit) return { tone: 'bad', label: 'Limit reached' };
  const part = Math.floor((Math.max(risk, 0) / limit) * 100);
  return { tone: part >= 80 ? 'warning' : 'good', label: `${part} % of the limit` };
}

/** Return decimal odds: `3.00`. */
export function odds(milli: number): string {
  return (milli / 1000).toFixed(2);
}

/** Return what was bet, in a line: `Ascot 14:30 · Red Rum at 3.00`, and how many selections more. */
export function betInWords({ legs }: Pick<OpenBet, 'legs'>): string {
  const [first, ...more] = legs;
  if (first === undefined) return '–';
  const line = `${first.event} · ${first.pick} at ${odds(first.oddsMilli)}`;
  return more.length === 0 ? line : `${line}, and ${number(more.length)} more`;
}

/** Return what bets may cost, have and wait, each as a sentence. */
export function termsInWords({ stakes, maxLegs, delaySeconds }: Pick<RulesOfTraders, 'stakes' | 'maxLegs' | 'delaySeconds'>): readonly string[] {
  const usual = 'as the installation is set up';
  return [
    ...(stakes.length === 0 ? [`Stakes: ${usual}.`] : []),
    ...stakes.map(({ currency, minimumMinor, maximumMinor }) => `Stakes in ${currency}: ${money(minimumMinor, currency)} to ${money(maximumMinor, currency)}.`),
    `Selections in a bet: ${maxLegs === null ? usual : `at most ${maxLegs}`}.`,
    `Bets in play wait: ${delaySeconds === null ? usual : `${number(delaySeconds)} s`}.`,
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
  return isPart ? { milli, problem: '' } : { milli: null, problem: 'Write 0 to 100, such as 25 or 12.5.' };
}

/** Return a status of a bet as a word. */
export function statusName(status: OpenBet['status']): string {
  return word(status.toLowerCase());
}
