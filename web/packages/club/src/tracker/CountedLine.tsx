/** On which sports events bets count, if not on all; requested when the details are opened. */
import { type Ask, COUNTED_EVENTS, type CountedEvents, type Session } from '@furlong/client';
import { useLocale, type Locale } from '../locale/locale';
import { useOnDemand } from '../state/useOnDemand';

/** How many names a sentence may have; the terms have all. */
export const MAX_NAMED = 5;

interface CountedLineProps {
  readonly ask: Ask;
  readonly session: Session;
  /** The version of the terms: with others, other events may count. */
  readonly terms: string;
}

export function CountedLine({ ask, session, terms }: CountedLineProps) {
  const locale = useLocale();
  const { data } = useOnDemand(ask, COUNTED_EVENTS, { brand: session.brand }, session.token, terms);
  const counted = data?.club?.countedEvents ?? null;
  const text = counted === null ? null : countedInWords(counted, locale);
  return text === null ? null : <p data-testid="counted-events">{text}</p>;
}

/** What counts as a sentence; null if nothing of it can be named. */
export function countedInWords({ sports, competitions, events }: CountedEvents, { words, fill, tag }: Locale): string | null {
  const all = [
    ...sports.map((sport) => sport?.name),
    ...competitions.map((competition) => competition && `${competition.name} (${competition.sport.name})`),
    ...events.map((event) => event?.name),
  ];
  const names = all.filter((name) => typeof name === 'string').slice(0, MAX_NAMED);
  if (names.length === 0) return null;
  const others = names.length < all.length ? [words.otherEvents] : [];
  return fill(words.onlyOn, { names: new Intl.ListFormat(tag, { type: 'disjunction' }).format([...names, ...others]) });
}
