/** The settings of an adapter between the graph and a form. */
import { names } from './provider.ts';
import { WORDS } from '../../words/index.ts';

import type { Process, Setting } from '../../graph/generated/operations.ts';

export type Typed = Readonly<Record<string, string | boolean>>;

/** Return what a form shows of settings in force. */
export function typedOf(settings: readonly Setting[]): Typed {
  return Object.fromEntries(settings.map(({ name, value }) => [name, typedValue(value)]));
}

function typedValue(value: unknown): string | boolean {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return typeof value === 'number' ? String(value) : '';
}

function number(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** Return a setting as the graph has it; undefined while a number is none. */
function valueOf({ kind, optional }: Setting, typed: string | boolean): unknown {
  if (typeof typed === 'boolean') return typed;
  if (optional && typed.trim() === '') return null;
  if (kind === 'texts') return names(typed);
  if (kind === 'text') return typed.trim();
  const numbers = kind === 'integers' ? names(typed).map(number) : [number(typed)];
  if (!numbers.every(Number.isFinite)) return undefined;
  return kind === 'integers' ? numbers : numbers[0];
}

/** Return all settings of a form by name; null while one of them is none. */
export function settingsOf(settings: readonly Setting[], form: Typed): Readonly<Record<string, unknown>> | null {
  const entries = settings.map((setting) => [setting.name, valueOf(setting, form[setting.name] ?? '')] as const);
  return entries.some(([, value]) => value === undefined) ? null : Object.fromEntries(entries);
}

/** Return the help of a field with the range of its number. */
export function helpOf({ help, least, above, most }: Setting): string {
  const from = least === null ? (above === null ? '' : WORDS.providers.above({ above: above.toLocaleString('en-GB') })) : WORDS.common.fromInline({ from: least.toLocaleString('en-GB') });
  const range = [from, most === null ? '' : WORDS.providers.toMost({ most: most.toLocaleString('en-GB') })].filter((part) => part !== '').join(' ');
  return range === '' ? help : `${help} (${range})`;
}

const SOURCES: Readonly<Record<string, string>> = WORDS.providers.sources;

/** Return which settings a process uses, in words. */
export function usedBy({ revision, source }: Process): string {
  if (revision === 0) return WORDS.providers.processNotToldSettingsUses;
  if (source === 'environment') return WORDS.providers.processUsesSettings;
  return WORDS.providers.itsProcessUsesRevision({ revision, source: SOURCES[source] ?? source });
}
