/** Where bars stand, what is written at them, and what is no bar because it is not known. */
import { LETTER, widthOf } from './labels.ts';

export interface Bars {
  readonly label: string;
  /** A value for each category, at least 0; null if it is not known, which is a gap and no zero. */
  readonly data: readonly (number | null)[];
}

export interface Bar {
  readonly category: number;
  readonly left: number;
  readonly width: number;
  /** The values at which it begins and ends. */
  readonly from: number;
  readonly to: number;
  /** The place of its series. */
  readonly place: number;
  readonly isKnown: boolean;
}

const WIDEST = 48;
const GAP = 2;
const UNKNOWN = '–';

export interface Figure {
  readonly label: string;
  readonly category: number;
  readonly value: number;
}

/** What bars would show. Nothing is a figure among several categories, such as weeks; in the only one it is no bar. */
export function figuresOf(series: readonly Bars[]): readonly Figure[] {
  const isOnly = series.every(({ data }) => data.length < 2);
  return series.flatMap(({ label, data }) =>
    data.flatMap((value, category) => (value === null || (isOnly && value === 0) ? [] : [{ label, category, value }])),
  );
}

/** Return the bars of so many categories, each category in `band` pixels. */
export function barsOf(categories: number, series: readonly Bars[], isStacked: boolean, band: number): readonly Bar[] {
  const beside = isStacked ? 1 : series.length;
  const width = Math.min(WIDEST, (band * 0.7) / beside - GAP);
  const group = beside * (width + GAP) - GAP;
  return Array.from({ length: categories }, (_, category) => category).flatMap((category) => {
    let below = 0;
    return series.map(({ data }, place) => {
      const value = data[category] ?? null;
      const from = isStacked ? below : 0;
      below += value ?? 0;
      const left = category * band + (band - group) / 2 + (isStacked ? 0 : place * (width + GAP));
      return { category, left, width, from, to: from + (value ?? 0), place, isKnown: value !== null };
    });
  });
}

export interface Value {
  readonly text: string;
  /** Its middle, from the left of the plot. */
  readonly x: number;
  /** The value above which it stands. */
  readonly to: number;
  readonly isKnown: boolean;
}

/** Return what is written at bars: each one's figure, or that of those that stand on one another, if there is room for all. */
export function valuesOf(bars: readonly Bar[], isStacked: boolean, band: number, format: (value: number) => string): readonly Value[] {
  const tops = isStacked ? stacksOf(bars) : bars;
  const values = tops.map(({ left, width, to, isKnown }) => ({ text: isKnown ? format(to) : UNKNOWN, x: left + width / 2, to, isKnown }));
  const [first, second] = tops;
  const room = first === undefined || first.category !== second?.category ? band : second.left - first.left;
  return values.every(({ text }) => widthOf(text) <= room) ? values : values.filter(({ isKnown }) => !isKnown);
}

/** Return the bars that stand on one another as one each. */
function stacksOf(bars: readonly Bar[]): readonly Bar[] {
  const stacks = new Map<number, Bar>();
  for (const bar of bars) {
    const below = stacks.get(bar.category);
    stacks.set(bar.category, { ...bar, from: 0, isKnown: bar.isKnown || below?.isKnown === true });
  }
  return [...stacks.values()];
}

export interface Name {
  readonly label: string;
  /** The value at the middle of its bar. */
  readonly middle: number;
}

/** The least share of the last stack that has room for a name beside it. */
const LEAST = 0.1;

/** Return the names beside the last of the stacks; none if one of the series has too little of it to be named. */
export function namesOf(series: readonly Bars[]): readonly Name[] {
  if (series.length < 2) return [];
  const heights = series.map(({ data }) => data.at(-1) ?? 0);
  const most = Math.max(...(series[0]?.data ?? []).map((_, at) => series.reduce((sum, { data }) => sum + (data[at] ?? 0), 0)));
  if (heights.some((height) => height < most * LEAST)) return [];
  return series.map(({ label }, place) => ({ label, middle: heights.slice(0, place).reduce((sum, height) => sum + height, 0) + (heights[place] ?? 0) / 2 }));
}

/** From so many pixels on, a category keeps its name, shortened, where others would be left out. */
const ROOM = 72;
const BETWEEN = 8;

export interface Along {
  /** Each how manieth category is named. */
  readonly every: number;
  /** What each is called there. */
  readonly words: readonly string[];
}

/** Return how categories are named along an axis on which each has `band` pixels. */
export function namedAlong(categories: readonly string[], band: number): Along {
  const most = Math.floor((band - BETWEEN) / LETTER);
  const every = Math.ceil((Math.max(...categories.map(widthOf)) + BETWEEN) / band);
  if (every === 1 || band < ROOM) return { every, words: categories };
  return { every: 1, words: categories.map((name) => (name.length <= most ? name : `${name.slice(0, most - 1).trimEnd()}…`)) };
}
