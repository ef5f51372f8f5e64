/** The document of a revision as a form has it, and the merge of two editors' documents. */
import { WORDS } from '../words/index.ts';

import type { ContentKey } from './key.ts';

export const TEXT_FIELDS = ['title', 'summary', 'significantTerms', 'termsUrl', 'imageUrl', 'imageAlt'] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

export type LocaleText = { readonly locale: string } & Readonly<Record<TextField, string>> & {
    /** Where a browser finds the image; only shown, never sent. */
    readonly imageAddress?: string | null;
  };

export interface ContentDocument {
  readonly position: number;
  readonly eligibleGames: readonly string[];
  readonly texts: readonly LocaleText[];
}

/** The names of the fields as people read them. */
export const LABELS: Readonly<Record<TextField | 'position' | 'eligibleGames', string>> = WORDS.content.labels;

type KnownRewards = readonly { readonly rewardId: string; readonly configVersion: number; readonly namesGames: boolean }[];

/**
 * Return whether a text is asked in which games its reward can be used: a kind such as free spins says so. Also where games
 * are named already, so that they can be taken out, and where no version of the reward has arrived that would say its kind.
 */
export function asksForGames(rewards: KnownRewards, { rewardId, configVersion }: Omit<ContentKey, 'brand'>, { eligibleGames }: ContentDocument): boolean {
  const versions = rewards.filter((one) => one.rewardId === rewardId && (configVersion === null || one.configVersion === configVersion));
  return eligibleGames.length > 0 || versions.length === 0 || versions.some(({ namesGames }) => namesGames);
}

const EMPTY = { title: '', summary: '', significantTerms: '', termsUrl: '', imageUrl: '', imageAlt: '' };

/** Return a document with a text for each locale, those of the brand first. */
export function withLocales(document: ContentDocument | null, locales: readonly string[]): ContentDocument {
  const { position = 0, eligibleGames = [], texts = [] } = document ?? {};
  const known = new Set(locales);
  const ofBrand = locales.map((locale) => texts.find((text) => text.locale === locale) ?? { locale, ...EMPTY });
  return { position, eligibleGames, texts: [...ofBrand, ...texts.filter((text) => !known.has(text.locale))] };
}

/** Return a document as the graph takes it: without locales in which nothing is written. */
export function asInput(document: ContentDocument): ContentDocument {
  const texts = document.texts
    .filter((text) => TEXT_FIELDS.some((name) => text[name].trim() !== ''))
    .map((text) => ({ locale: text.locale, ...pick(text) }));
  return { position: document.position, eligibleGames: document.eligibleGames, texts };
}

function pick(text: LocaleText): Readonly<Record<TextField, string>> {
  const { title, summary, significantTerms, termsUrl, imageUrl, imageAlt } = text;
  return { title, summary, significantTerms, termsUrl, imageUrl, imageAlt };
}

export function withText(document: ContentDocument, locale: string, change: Partial<LocaleText>): ContentDocument {
  const texts = document.texts.map((text) => (text.locale === locale ? { ...text, ...change } : text));
  return { ...document, texts };
}

/** Return the values of a document by path, as lint and differences write paths. */
export function valuesOf(document: ContentDocument): ReadonlyMap<string, string> {
  const values = new Map([
    ['position', String(document.position)],
    ['eligibleGames', document.eligibleGames.join(', ')],
  ]);
  for (const text of document.texts) {
    for (const name of TEXT_FIELDS) values.set(`texts.${text.locale}.${name}`, text[name].trim());
  }
  return values;
}

/** A field in which two editors' documents differ, and what it was when the second one began. */
export interface Conflict {
  readonly path: string;
  readonly base: string;
  readonly theirs: string;
  readonly mine: string;
  /** Whose value to keep if only one has changed it; null if both have. */
  readonly follows: 'theirs' | 'mine' | null;
}

/** Return where two documents with a common origin differ. */
export function conflictsOf(base: ContentDocument, theirs: ContentDocument, mine: ContentDocument): readonly Conflict[] {
  const [began, now, typed] = [valuesOf(base), valuesOf(theirs), valuesOf(mine)];
  const paths = [...new Set([...now.keys(), ...typed.keys()])];
  return paths.flatMap((path) => {
    const [was, other, own] = [began.get(path) ?? '', now.get(path) ?? '', typed.get(path) ?? ''];
    if (other === own) return [];
    const follows = was === own ? 'theirs' : was === other ? 'mine' : null;
    return [{ path, base: was, theirs: other, mine: own, follows }];
  });
}

/** Return one's own document with the fields of the other one that were chosen. */
export function merged(theirs: ContentDocument, mine: ContentDocument, takeTheirs: ReadonlySet<string>): ContentDocument {
  const locales = [...new Set([...mine.texts, ...theirs.texts].map((text) => text.locale))];
  const [other, own] = [withLocales(theirs, locales), withLocales(mine, locales)];
  const texts = own.texts.map((text) => {
    const theirText = other.texts.find((each) => each.locale === text.locale) ?? text;
    const taken = TEXT_FIELDS.filter((name) => takeTheirs.has(`texts.${text.locale}.${name}`));
    const changes = Object.fromEntries(taken.map((name) => [name, theirText[name]]));
    const address = taken.includes('imageUrl') ? { imageAddress: theirText.imageAddress ?? null } : {};
    return { ...text, ...changes, ...address };
  });
  return {
    position: takeTheirs.has('position') ? other.position : own.position,
    eligibleGames: takeTheirs.has('eligibleGames') ? other.eligibleGames : own.eligibleGames,
    texts,
  };
}

/** Return a path of lint or of a difference, which names fields as the database does, with the form's names. */
export function formPath(path: string): string {
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  const name = last.replace(/_(\w)/gu, (_, letter: string) => letter.toUpperCase());
  return [...parts, name].join('.');
}

/** Return a path in words: “Title (en-GB)”. */
export function inWords(path: string): string {
  const [first = '', locale = '', name = ''] = formPath(path).split('.');
  const known: Readonly<Record<string, string>> = LABELS;
  if (first !== 'texts') return known[first] ?? first;
  return name === '' ? WORDS.content.texts({ locale }) : `${known[name] ?? name} (${locale})`;
}
