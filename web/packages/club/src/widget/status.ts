/** The club's status as reported to the page around the widget. */
import type { ClubStatus } from '../../../element/types/index';
import type { Tracker } from '../state/state';

export type { ClubStatus, Slip, Theme } from '../../../element/types/index';

export function statusOf(tracker: Tracker): ClubStatus {
  if (tracker.kind === 'unreached' || tracker.kind === 'to-set-up') return { kind: 'nothing' };
  if (tracker.kind !== 'club') return { kind: tracker.kind };
  const { club, stale } = tracker;
  return {
    kind: 'club',
    state: club.state,
    optedIn: club.membership.optedIn,
    percent: club.progress?.percent ?? null,
    stale,
  };
}
