/** Sections and groups of games as a form has them, and as the graph takes them. */
import { WORDS } from '../words/index.ts';

import type { ClockOccurrence, LobbyGroupInput, LobbySection, LobbySectionInput } from '../graph/generated/operations.ts';

export interface ListedGame {
  readonly id: string;
  readonly name: string;
  /** Whether any provider has it. */
  readonly exists: boolean;
}

export interface SectionForm {
  /** Tells the members of a list apart; it is not stored. */
  readonly key: number;
  readonly id: string;
  readonly names: Readonly<Record<string, string>>;
  /** By which rule, or `hand`. */
  readonly by: string;
  readonly games: readonly ListedGame[];
  readonly days: string;
  readonly value: string;
  readonly jurisdictions: readonly string[];
  readonly devices: readonly string[];
  /** In the brand's time; empty without one. */
  readonly since: string;
  readonly sinceOccurrence: ClockOccurrence | null;
  readonly until: string;
  readonly untilOccurrence: ClockOccurrence | null;
}

/** How games come into a section, in the words of the form. */
export const WAYS: readonly (readonly [by: string, label: string])[] = [
  ['hand', WORDS.lobby.byHandInTheOrderOfTheList],
  ['new', WORDS.lobby.newGames],
  ['popular', WORDS.lobby.theGamesPlayedMost],
  ['tag', WORDS.lobby.gamesWithATag],
  ['provider', WORDS.lobby.gamesOfAProvider],
  ['all', WORDS.lobby.allGames],
];
export const COUNTS_DAYS: ReadonlySet<string> = new Set(['new', 'popular']);
export const NEEDS_VALUE: ReadonlySet<string> = new Set(['tag', 'provider']);

const DAYS = 30;
let keys = 0;

export function emptySection(): SectionForm {
  keys += 1;
  const always = { since: '', sinceOccurrence: null, until: '', untilOccurrence: null };
  return { key: keys, id: '', names: {}, by: 'hand', games: [], days: String(DAYS), value: '', jurisdictions: [], devices: [], ...always };
}

export function formOf({ id, names, games, rule, jurisdictions, devices, since, until }: LobbySection): SectionForm {
  return {
    ...emptySection(),
    id,
    names: Object.fromEntries(names.map(({ locale, name }) => [locale, name])),
    by: rule?.by ?? 'hand',
    games,
    days: String(rule?.days ?? DAYS),
    value: rule?.value ?? '',
    jurisdictions,
    devices,
    since,
    until,
  };
}

/** What a section and a group have in common. */
export function groupInputOf({ id, names, by, games, days, value }: SectionForm): LobbyGroupInput {
  const isByHand = by === 'hand';
  return {
    id,
    names: Object.entries(names)
      .filter(([, name]) => name !== '')
      .map(([locale, name]) => ({ locale, name })),
    games: isByHand ? games.map((game) => game.id) : [],
    rule: isByHand ? null : { by, days: COUNTS_DAYS.has(by) ? wholeDays(days) : DAYS, value: NEEDS_VALUE.has(by) ? value : '' },
  };
}

export function sectionInputOf(section: SectionForm): LobbySectionInput {
  const { jurisdictions, devices, since, sinceOccurrence, until, untilOccurrence } = section;
  return { ...groupInputOf(section), jurisdictions: [...jurisdictions], devices: [...devices], since, sinceOccurrence, until, untilOccurrence };
}

/** What is no whole number is 0, which the server refuses at its field. */
function wholeDays(days: string): number {
  return /^\d{1,4}$/u.test(days) ? Number(days) : 0;
}
