/** Reads the events of further selections on the slip; that of the first comes with the list. */
import { type Answer, type Ask, type AskOptions, Unreached } from '@furlong/client';

import { FurtherPicks, type FurtherPicksQuery, type FurtherPicksQueryVariables, type SportsEventsQuery } from '../generated/operations';
import type { EventsRead, OfferedEvent } from './offers';

/** The aliases of the query, as many as a document may have at its root. */
const PLACES = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

/** Returns those events that are still shown. Throws `Unreached` if that cannot be known. */
export async function readFurther(ask: Ask, brand: string, events: readonly string[], options: AskOptions): Promise<readonly OfferedEvent[]> {
  if (events.length === 0) return [];
  const { data, faults } = await ask(FurtherPicks, variablesOf(brand, events), options);
  if (data === null || faults.length > 0) throw new Unreached('the slip’s events could not be read', 0);
  return PLACES.flatMap((place) => eventAt(data, place));
}

/** One answer of two. */
export function withFurther({ data, faults }: Answer<SportsEventsQuery>, further: readonly OfferedEvent[]): Answer<EventsRead> {
  return { data: data === null ? null : { ...data, further }, faults };
}

function eventAt(data: FurtherPicksQuery, place: (typeof PLACES)[number]): readonly OfferedEvent[] {
  const event = data[`event${place}`];
  return event ? [event] : [];
}

function variablesOf(brand: string, events: readonly string[]): FurtherPicksQueryVariables {
  const wanted = PLACES.flatMap((place) => {
    const event = events[place - 1];
    return [[`id${place}`, event ?? ''] as const, [`has${place}`, event !== undefined] as const];
  });
  return { brand, ...Object.fromEntries(wanted) } as FurtherPicksQueryVariables;
}
