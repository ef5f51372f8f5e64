/** The tracker's state, as a pure function of events. */
import type { Answer, Club, ClubData, ClubPayload } from '@furlong/client';

/** The parts of a club that can fail independently. */
export const PARTS = ['state', 'progress', 'options', 'choice'] as const;
export type Part = (typeof PARTS)[number];

export interface ShownClub {
  readonly kind: 'club';
  readonly club: Club;
  /** Milliseconds since the epoch: when this club was read. */
  readonly readAt: number;
  /** The newest read is late or has failed, so the shown data is from `readAt`. */
  readonly stale: boolean;
  /** Parts that the newest response lacks; shown with their last known data, if any. */
  readonly unreached: readonly Part[];
}

export type Tracker =
  /** Nothing is known, so nothing is shown: the slip does not wait. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'anonymous' }
  /** The session is no longer accepted. */
  | { readonly kind: 'signed-out' }
  /** The session is for another brand. */
  | { readonly kind: 'forbidden' }
  /** The club could not be read so far; reading goes on. */
  | { readonly kind: 'unreached' }
  /** The page around the widget lacks a setting: `advice` says to its developers what to set. */
  | { readonly kind: 'to-set-up'; readonly advice: string }
  | ShownClub;

export type TrackerEvent =
  | { readonly type: 'answered'; readonly answer: Answer<ClubData>; readonly at: number }
  /** The read has exceeded its time budget; its response may still come. */
  | { readonly type: 'overdue' }
  /** `status` as in `Unreached`. */
  | { readonly type: 'failed'; readonly status: number }
  | { readonly type: 'changed'; readonly payload: ClubPayload };

export const NOTHING: Tracker = { kind: 'nothing' };
export const UNREACHED: Tracker = { kind: 'unreached' };

export function reduceTracker(tracker: Tracker, event: TrackerEvent): Tracker {
  switch (event.type) {
    case 'answered':
      return afterAnswer(tracker, event.answer, event.at);
    case 'overdue':
      return grownStale(tracker);
    case 'failed':
      return event.status === 401 ? { kind: 'signed-out' } : afterFailure(tracker);
    case 'changed':
      return afterChange(tracker, event.payload);
  }
}

function grownStale(tracker: Tracker): Tracker {
  return tracker.kind === 'club' && !tracker.stale ? { ...tracker, stale: true } : tracker;
}

/** A page that has nothing yet says so, instead of keeping an empty space. */
function afterFailure(tracker: Tracker): Tracker {
  return tracker.kind === 'nothing' ? UNREACHED : grownStale(tracker);
}

function afterAnswer(tracker: Tracker, answer: Answer<ClubData>, at: number): Tracker {
  const { data, faults } = answer;
  const club = data?.club ?? null;
  if (club === null) {
    if (faults.length === 0) return { kind: 'anonymous' };
    const forbidden = faults.some((fault) => fault.extensions?.code === 'FORBIDDEN');
    return forbidden ? { kind: 'forbidden' } : afterFailure(tracker);
  }
  const unreached = PARTS.filter(
    (part) =>
      club[part] === null && faults.some(({ path = [] }) => path[0] === 'club' && path[1] === part),
  );
  const known = tracker.kind === 'club' && tracker.club.id === club.id ? tracker.club : null;
  return {
    kind: 'club',
    club: known === null ? club : { ...club, ...pick(known, unreached) },
    readAt: at,
    stale: false,
    unreached,
  };
}

function pick(club: Club, parts: readonly Part[]): Partial<Club> {
  return Object.fromEntries(parts.map((part) => [part, club[part]]));
}

/** A mutation returns a part of the club, which is merged into the shown data until the next read. */
function afterChange(tracker: Tracker, payload: ClubPayload): Tracker {
  const change = payload.club;
  if (tracker.kind !== 'club' || change?.id !== tracker.club.id) return tracker;
  const { club } = tracker;
  return {
    ...tracker,
    club: {
      ...club,
      state: change.state ?? club.state,
      membership: { ...club.membership, ...change.membership },
      progress: overlay(club.progress, change.progress, (known, news) => ({
        ...known,
        percent: news.percent,
        remaining: { ...known.remaining, ...news.remaining },
      })),
      choice: overlay(club.choice, change.choice, (known, news) => ({ ...known, ...news })),
    },
  };
}

function overlay<Known, News>(
  known: Known | null,
  news: News | null,
  merge: (known: Known, news: News) => Known,
): Known | null {
  return known === null || news === null ? known : merge(known, news);
}
