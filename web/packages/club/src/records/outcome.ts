/** The outcome of a past week, in a sentence or two. */
import type { ClubState, Fulfilment, WeekState } from '@furlong/client';
import type { Locale } from '../locale/locale';

interface OverWeek {
  readonly state: ClubState | null;
  readonly week: { readonly state: WeekState };
  readonly fulfilment: Fulfilment | null;
}

export function outcomeOf(over: OverWeek, locale: Locale): string {
  const { state, week, fulfilment } = over;
  if (state === 'INELIGIBLE') return '';
  if (fulfilment !== null) return fulfilmentOf(fulfilment, locale);
  if (week.state !== 'CLOSED') return locale.words.weekNotes.PROVISIONAL;
  return state === null ? '' : locale.words.stories[state];
}

function fulfilmentOf({ status, creditedAt, expiresAt }: Fulfilment, { words, fill, moment, dayTime }: Locale): string {
  const told = words.fulfilment[status];
  if (creditedAt === null) return told.includes('{at}') ? words.states[STATE_OF[status]] : told;
  const credited = fill(told, { at: dayTime(creditedAt) });
  return status === 'CREDITED' && expiresAt !== null ? `${credited} ${fill(words.useBy, { moment: moment(expiresAt) })}` : credited;
}

/** For a credit whose time is not known. */
const STATE_OF: Readonly<Record<Fulfilment['status'], ClubState>> = {
  WAITING: 'CONFIRMED',
  SENT: 'FULFILLING',
  REVIEW: 'FULFILLING',
  CREDITED: 'CREDITED',
  USED: 'USED',
  EXPIRED: 'EXPIRED',
};
