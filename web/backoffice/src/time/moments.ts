/**
 * Times in one form, in the zone of their brand: `25 Nov 2026, 01:28`.
 *
 * The head of the page names the zone of its brand; a time names its zone only if that is another one.
 */
import { LOCALE } from '../money/amounts.ts';
import { WORDS } from '../words/index.ts';

const UTC = 'UTC';
const NO_BREAK = '\u00a0';
const WEEK_MS = 7 * 24 * 3600 * 1000;

/** The zones of the brands that were read since signing in, by brand. */
const zones = new Map<string, string>();

/** The zone that the head of the page names; null where no page is. */
let shownZone: string | null = null;

export interface ZonedBrand {
  readonly id: string;
  readonly timeZone: string;
}

/** Learn the zones of the brands that the person may see, before any time is shown. */
export function learnZones(brands: readonly ZonedBrand[]): void {
  zones.clear();
  shownZone = null;
  for (const { id, timeZone } of brands) zones.set(id, timeZone);
}

/** The person's own zone, as their browser has it. */
const OWN_ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Return the zone of a brand; without one, that of all brands if it is the same, and otherwise the person's own. */
export function zoneOf(brand?: string | null): string {
  const own = brand === undefined || brand === null ? undefined : zones.get(brand);
  if (own !== undefined) return own;
  const [first = OWN_ZONE, ...others] = new Set(zones.values());
  return others.length === 0 ? first : OWN_ZONE;
}

/** Return a zone as people name it: `Europe/London` is London time. */
export function zoneName(zone: string): string {
  return zone.includes('/') ? WORDS.common.time({ zone: zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ') }) : zone;
}

/** Have the head of the page name the zone of its brand, so that times do not. */
export function showZoneOf(brand: string | null): void {
  shownZone = zoneOf(brand);
}

/** Return the zone of the page's brand, as the head of the page names it. */
export function zoneInHead(brand: string | null): string {
  return zoneName(zoneOf(brand));
}

/** Return a time with its zone, unless the head of the page names that already. */
function zoned(text: string, zone: string): string {
  return zone === shownZone ? text : `${text} ${zoneName(zone)}`;
}

/** A day and a time that stay on one line; the zone may stand below them. */
function written(at: Date, timeZone: string, more: Intl.DateTimeFormatOptions = {}): string {
  const form = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(LOCALE, { ...form, ...more, timeZone }).format(at).replaceAll(' ', NO_BREAK);
}

/** Return an instant in the zone of its brand, or in that of the page if it is of none or of all of them; a dash if there is no instant. */
export function moment(at: string | null | undefined, brand: string | null | undefined): string {
  if (at === null || at === undefined) return '–';
  const zone = brand === undefined || zones.has(brand ?? '') ? zoneOf(brand) : (shownZone ?? zoneOf());
  const instant = new Date(at);
  return Number.isNaN(instant.getTime()) ? at : zoned(written(instant, zone), zone);
}

/** Return an instant in UTC, which it names, to the second: `30 Nov 2026, 12:00:05 UTC`. */
export function inUtc(at: string): string {
  const instant = new Date(at);
  return Number.isNaN(instant.getTime()) ? at : `${written(instant, UTC, { second: '2-digit' })}${NO_BREAK}${UTC}`;
}

/** Return a date that is of no zone, such as `2026-11-25`, as `25 Nov`. */
export function dayOf(date: string): string {
  return new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', timeZone: UTC }).format(new Date(`${date}T00:00Z`));
}

/** Return the time of day of an instant in the zone of its brand, such as `14:05`, for the axis of a chart. */
export function clockTime(at: number, brand?: string | null): string {
  return new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zoneOf(brand) }).format(at);
}

/** Return an instant of today to the second, such as `14:03:10 London time`, and an older one in full. */
export function toTheSecond(at: string, brand?: string | null, now = Date.now()): string {
  const [zone, instant] = [zoneOf(brand), new Date(at)];
  const day = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'short', timeZone: zone });
  if (day.format(instant) !== day.format(now)) return moment(at, brand);
  const time = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone: zone });
  return `${time.format(instant)} ${zoneName(zone)}`;
}

/** Return the day of an instant in the zone of its brand, such as `Wed, 25 Nov 2026`, for the head of what happened on it. */
export function dayAt(at: string, brand: string): string {
  const form = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
  return new Intl.DateTimeFormat(LOCALE, { ...form, timeZone: zoneOf(brand) }).format(new Date(at));
}

/** Return an instant of the last hours by its time of day alone, and an older one in full. */
export function recently(at: string, brand?: string | null, now = Date.now()): string {
  const isRecent = now - Date.parse(at) < 12 * 3600 * 1000;
  return isRecent ? zoned(clockTime(Date.parse(at), brand), zoneOf(brand)) : moment(at, brand);
}

/** Return a time that is the brand's own already, such as `2026-11-30T09:00`, in the same form. */
export function localMoment(local: string, brand: string): string {
  return Number.isNaN(Date.parse(`${local}Z`)) ? local : zoned(written(new Date(`${local}Z`), UTC), zoneOf(brand));
}

/** Return how far a zone's clocks are ahead of UTC at an instant, in milliseconds. */
function aheadOfUtc(timeZone: string, instant: number): number {
  const form = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
  const parts = new Intl.DateTimeFormat(LOCALE, { ...form, hourCycle: 'h23', timeZone }).formatToParts(instant);
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.find(({ type }) => type === name)?.value);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return local - Math.floor(instant / 1000) * 1000;
}

/** Return the beginnings of some weeks of a brand: where its clocks change between two, they are not 168 hours apart. */
export function weeksFrom(first: string, brand: string, count: number): readonly string[] {
  const [zone, start] = [zoneOf(brand), Date.parse(first)];
  if (Number.isNaN(start)) return [first];
  const later = Array.from({ length: count - 1 }, (_, week) => {
    const inUtc = start + (week + 1) * WEEK_MS;
    const at = new Date(inUtc + aheadOfUtc(zone, start) - aheadOfUtc(zone, inUtc));
    return at.toISOString().replace('.000Z', 'Z');
  });
  return [first, ...later];
}

/** Return the beginning of a week with its weekday, such as `Mon, 30 Nov 2026, 00:00`. */
export function weekBeginning(at: string, brand: string): string {
  const weekday = new Intl.DateTimeFormat(LOCALE, { weekday: 'short', timeZone: zoneOf(brand) });
  const instant = new Date(at);
  return Number.isNaN(instant.getTime()) ? at : `${weekday.format(instant)}, ${moment(at, brand)}`;
}

/** Say when figures were counted, or that they will be. */
export function counted(asOf: string | null, brand: string): string {
  return asOf === null ? WORDS.common.notCountedYetFiguresWill : WORDS.common.countedAt({ asOf: moment(asOf, brand) });
}
