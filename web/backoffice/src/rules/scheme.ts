/** A version of a scheme as a form has it: texts, as they are typed, amounts in whole units of the currency. */
import { formatTyped } from '@furlong/club/src/locale/amounts.ts';
import { legsRule, scopeInput } from './scope.ts';
import { isCurrency, LOCALE, typedAmount } from '../money/amounts.ts';
import { WORDS } from '../words/index.ts';

import type { LegsRule } from './scope.ts';
import type { SchemeInput, SchemeScopeItem, SchemeVersion } from '../graph/generated/operations.ts';

export const NO_BRAND = WORDS.rules.noBrandWhoseRulesYouMaySee;

export interface SchemeForm {
  readonly jurisdiction: string;
  readonly currency: string;
  readonly version: string;
  readonly qualifyingProduct: string;
  readonly target: string;
  readonly minStake: string;
  readonly minOdds: string;
  readonly betTypes: readonly string[];
  readonly channels: readonly string[];
  readonly countBeforeOptIn: boolean;
  readonly defaultRewardId: string;
  readonly choiceLockMinutes: string;
  readonly graceMinutes: string;
  readonly termsVersion: string;
  readonly termsSummary: string;
  readonly termsUrl: string;
  readonly effectiveFrom: string;
  readonly controlPerMille: string;
  readonly trialRewardId: string;
  readonly trialPerMille: string;
  /** Whether bets on all events count, or only those on some. */
  readonly counts: 'all' | 'chosen';
  /** What was chosen, which is kept while all events count. */
  readonly items: readonly SchemeScopeItem[];
  readonly legs: LegsRule;
}

export const PRODUCTS = ['betting', 'casino', 'bingo', 'poker'];
export const BET_TYPES = ['single', 'multiple', 'system'];
export const CHANNELS = ['sports', 'esports', 'virtual', 'exchange'];

/** Return a form that begins with the newest version of a territory, for the first week that can change. */
export function formAfter(versions: readonly SchemeVersion[], jurisdiction: string, currency: string, startsAt: string): SchemeForm {
  const newest = versions.filter((one) => one.jurisdiction === jurisdiction && one.currency === currency).at(-1);
  return {
    jurisdiction,
    currency,
    version: String((newest?.version ?? 0) + 1),
    qualifyingProduct: newest?.qualifyingProduct ?? 'betting',
    target: typedFrom(newest?.targetMinor, currency),
    minStake: typedFrom(newest?.minStakeMinor, currency),
    minOdds: newest === undefined ? '' : odds(newest.minOddsMilli),
    betTypes: newest?.betTypes ?? ['single', 'multiple'],
    channels: newest?.channels ?? CHANNELS,
    countBeforeOptIn: newest?.countBeforeOptIn ?? true,
    defaultRewardId: newest?.defaultRewardId ?? '',
    choiceLockMinutes: text(newest?.choiceLockMinutes ?? 0),
    graceMinutes: text(newest?.graceMinutes ?? 720),
    termsVersion: newest?.terms.version ?? '',
    termsSummary: newest?.terms.summary ?? '',
    termsUrl: newest?.terms.url ?? '',
    effectiveFrom: startsAt,
    controlPerMille: text(newest?.controlPerMille ?? 0),
    trialRewardId: newest?.trialRewardId ?? '',
    trialPerMille: text(newest?.trialPerMille ?? 0),
    counts: (newest?.events ?? null) === null ? 'all' : 'chosen',
    items: newest?.events?.items ?? [],
    legs: legsRule(newest?.events?.legs ?? 'all'),
  };
}

function text(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

function typedFrom(minor: number | undefined, currency: string): string {
  return minor === undefined || !isCurrency(currency) ? '' : formatTyped(minor, currency, LOCALE);
}

/** Return decimal odds as people read them: 1500 thousandths are 1.50, 1333 are 1.333. */
export function odds(milli: number): string {
  const text = (milli / 1000).toFixed(3);
  return text.endsWith('0') ? text.slice(0, -1) : text;
}

/** Return decimal odds such as 1.5 in thousandths; null if a text is no such number. */
export function typedOdds(typed: string): number | null {
  const trimmed = typed.trim();
  const milli = Math.round(Number(trimmed) * 1000);
  return /^\d+(?:\.\d{1,3})?$/u.test(trimmed) && milli < 2 ** 31 ? milli : null;
}

/** Return what is typed as the graph takes it; what cannot be read is left out, so that the check names it. */
export function asSchemeInput(form: SchemeForm): SchemeInput {
  const { termsVersion, termsSummary, termsUrl } = form;
  return {
    jurisdiction: form.jurisdiction,
    currency: form.currency,
    version: whole(form.version),
    qualifyingProduct: form.qualifyingProduct,
    targetMinor: typedAmount(form.target, form.currency).minor,
    minStakeMinor: typedAmount(form.minStake, form.currency, true).minor,
    minOddsMilli: typedOdds(form.minOdds),
    betTypes: form.betTypes,
    channels: form.channels,
    countBeforeOptIn: form.countBeforeOptIn,
    defaultRewardId: wordOrNull(form.defaultRewardId),
    choiceLockMinutes: whole(form.choiceLockMinutes),
    graceMinutes: whole(form.graceMinutes),
    terms: { version: termsVersion.trim(), summary: termsSummary.trim(), url: termsUrl.trim() },
    effectiveFrom: wordOrNull(form.effectiveFrom),
    controlPerMille: whole(form.controlPerMille),
    trialRewardId: wordOrNull(form.trialRewardId),
    trialPerMille: whole(form.trialPerMille),
    events: form.counts === 'all' ? null : scopeInput(form.items, form.legs),
  };
}

function wordOrNull(typed: string): string | null {
  return typed.trim() === '' ? null : typed.trim();
}

/** Null for a text that is not a whole number which the graph's Int holds. */
function whole(value: string): number | null {
  const trimmed = value.trim();
  const number = Number(trimmed);
  return /^\d+$/u.test(trimmed) && number < 2 ** 31 ? number : null;
}

/** Return a version by its subject: `scheme:northbet:GB:GBP:2` is version 2 for GB in GBP. */
export function versionInWords(subject: string): string {
  const [, , jurisdiction = '', currency = '', version = ''] = subject.split(':');
  return WORDS.rules.versionForIn({ version, jurisdiction, currency });
}

/** Return a rule as it stands beside its label, which it does not repeat: `Target: £25.00.` is `£25.00.` there. */
export function withoutLabel(label: string, says: string): string {
  return says.startsWith(`${label}: `) ? says.slice(label.length + 2) : says;
}

/** Return what the check says, as a sentence that stands alone. */
export function asSentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

/** The reasons whose names are no words. */
const IN_WORDS: Readonly<Record<string, string>> = WORDS.rules.inWords;

/** Return a reason, such as BELOW_MIN_ODDS, in words. */
export function reasonInWords(reason: string): string {
  return IN_WORDS[reason] ?? reason.toLowerCase().replaceAll('_', ' ');
}
