/** A version of a scheme as a form has it: texts, as they are typed. */
import type { SchemeVersion } from './operations.ts';

export interface SchemeForm {
  readonly jurisdiction: string;
  readonly currency: string;
  readonly version: string;
  readonly qualifyingProduct: string;
  readonly targetMinor: string;
  readonly minStakeMinor: string;
  readonly minOddsMilli: string;
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
    targetMinor: text(newest?.targetMinor),
    minStakeMinor: text(newest?.minStakeMinor),
    minOddsMilli: text(newest?.minOddsMilli),
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
  };
}

function text(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

/** Return what is typed as the graph takes it; what is no whole number is left out, so that the check names it. */
export function asSchemeInput(form: SchemeForm): Readonly<Record<string, unknown>> {
  const { termsVersion, termsSummary, termsUrl } = form;
  return {
    jurisdiction: form.jurisdiction,
    currency: form.currency,
    version: whole(form.version),
    qualifyingProduct: form.qualifyingProduct,
    targetMinor: whole(form.targetMinor),
    minStakeMinor: whole(form.minStakeMinor),
    minOddsMilli: whole(form.minOddsMilli),
    betTypes: form.betTypes,
    channels: form.channels,
    countBeforeOptIn: form.countBeforeOptIn,
    defaultRewardId: form.defaultRewardId.trim() === '' ? null : form.defaultRewardId.trim(),
    choiceLockMinutes: whole(form.choiceLockMinutes),
    graceMinutes: whole(form.graceMinutes),
    terms: { version: termsVersion.trim(), summary: termsSummary.trim(), url: termsUrl.trim() },
    effectiveFrom: form.effectiveFrom.trim() === '' ? null : form.effectiveFrom.trim(),
  };
}

/** Null for a text that is not a whole number which the graph's Int holds. */
function whole(value: string): number | null {
  const trimmed = value.trim();
  const number = Number(trimmed);
  return /^\d+$/u.test(trimmed) && number < 2 ** 31 ? number : null;
}

/** Return an amount with its currency, for people: 2500 GBP is £25.00. */
export function amount(minor: number | null, currency: string): string {
  if (minor === null) return '–';
  try {
    const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
    return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return `${minor} ${currency}`; // while the currency is typed
  }
}

/** Return a reason, such as BELOW_MIN_ODDS, in words. */
export function reasonInWords(reason: string): string {
  return reason === '' ? 'nothing' : reason.toLowerCase().replaceAll('_', ' ');
}
