/** The weeks or days along an axis: those between two of them that have no figures keep their place, as gaps. */
import { weekAfter } from '../time/weeks.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const WEEK = /^\d{4}-W\d{2}$/u;
const DAY = /^\d{4}-\d{2}-\d{2}$/u;

function before(slot: string): string {
  return WEEK.test(slot) ? weekAfter(slot, -1) : new Date(Date.parse(slot) - DAY_MS).toISOString().slice(0, 10);
}

/**
 * Return at most so many weeks such as `2026-W48`, or days such as `2026-11-25`, up to the last that has figures and not
 * before the first, in the order of time; what is neither stays as it is.
 */
export function slotsOf(known: readonly string[], most: number): readonly string[] {
  const isTime = [WEEK, DAY].some((form) => known.every((slot) => form.test(slot)));
  const ordered = isTime ? known.toSorted() : known;
  const [first, last] = [ordered[0], ordered.at(-1)];
  if (!isTime || first === undefined || last === undefined) return ordered.slice(-most);
  const slots: string[] = [];
  for (let slot = last; slot >= first && slots.length < most; slot = before(slot)) slots.push(slot);
  return slots.reverse();
}
