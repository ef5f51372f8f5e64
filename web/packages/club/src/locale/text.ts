/** Texts with values in them, and texts by grammatical number. */
import type { Plural } from '../messages/messages';

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

export type Direction = 'ltr' | 'rtl';

/**
 * Replaces each name in braces by its value; names without a value are kept.
 *
 * In right-to-left text, each value is isolated, so that it keeps its own direction and `£5 free bet` does not
 * become `free bet £5`.
 */
export function fill(template: string, values: Readonly<Record<string, string>>, direction: Direction): string {
  return template.replaceAll(/\{(\w+)\}/gu, (braced, name: string) => {
    const value = values[name];
    if (value === undefined) return braced;
    return direction === 'rtl' ? `${FIRST_STRONG_ISOLATE}${value}${POP_ISOLATE}` : value;
  });
}

/** The text for a number, by the rules of the language. */
export function plural(forms: Plural, n: number, tag: string): string {
  return forms[new Intl.PluralRules(tag).select(n)] ?? forms.other;
}
