/** Reads the events of further selections on the slip; that of the first comes with the list. */
import { type Answer, type Ask, type AskOptions, Unreached } from '@furlong/client';

import { FurtherPicks, type FurtherPicksQueryVariables, type SportsEventsQuery } from '../generated/operations';
import type { EventsRead, OfferedEvent } from './offers';

/** How many one request asks for: few, because each but the first is a condition, of which the gateway allows some. */
export const AT_ONCE = 3;

/** Returns those events that are still shown. Throws `Unreached` if that cannot be known. */
export async function readFurther(ask: Ask, brand: string, events: readonly string[], options: AskOptions): Promise<readonly OfferedEvent[]> {
  const groups = Array.from({ length: Math.ceil(events.length / AT_ONCE) }, (_, group) => events.slice(group * AT_ONCE, (group + 1) * AT_ONCE));
  const read = await Promise.all(groups.map((group) => readGroup(ask, brand, group, options)));
  return read.flat();
}

async function readGroup(ask: Ask, brand: string, group: readonly string[], options: AskOptions): Promise<readonly OfferedEvent[]> {
  const { data, faults } = await ask(FurtherPicks, variablesOf(brand, group), options);
  if (data === null || faults.length > 0) throw new Unreached('the slip’s events could not be read', 0);
  return [data.event1, data.event2, data.event3].flatMap((event) => (event ? [event] : []));
}

/** One answer of two. */
export function withFurther({ data, faults }: Answer<SportsEventsQuery>, further: readonly OfferedEvent[]): Answer<EventsRead> {
  return { data: data === null ? null : { ...data, further }, faults };
}

function variablesOf(brand: string, [id1 = '', id2, id3]: readonly string[]): FurtherPicksQueryVariables {
  return { brand, id1, id2: id2 ?? '', has2: id2 !== undefined, id3: id3 ?? '', has3: id3 !== undefined };
}
