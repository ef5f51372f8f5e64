/** Messages to the customer about a change they made. */
import type { Club, ClubError } from '../graphql/types';
import type { Change, Outcome } from './change';
import { sentenceForError } from '../ui/words';

export type Notice =
  | { readonly kind: 'none' }
  | { readonly kind: 'sending'; readonly change: Change }
  | { readonly kind: 'done'; readonly text: string }
  /** Not confirmed yet. The text comes from the club's data, which still shows it after a reload. */
  | { readonly kind: 'pending'; readonly change: Change }
  | { readonly kind: 'refused'; readonly texts: readonly string[] }
  | { readonly kind: 'unknown'; readonly change: Change; readonly text: string };

export const NO_NOTICE: Notice = { kind: 'none' };

/** Reports success only if the response states it. */
export function noticeOf(change: Change, outcome: Outcome): Notice {
  switch (outcome.kind) {
    case 'signed-out':
      return { kind: 'refused', texts: [sentenceForError({ code: 'UNAUTHENTICATED', message: '' })] };
    case 'unknown':
      return {
        kind: 'unknown',
        change,
        text: 'There was no answer, so it is not known whether this was done. Trying again is safe: it will not be done twice.',
      };
    case 'answered':
      return noticeOfErrors(change, outcome.payload.errors);
  }
}

function noticeOfErrors(change: Change, errors: readonly ClubError[]): Notice {
  const refusals = errors.filter(({ code }) => code !== 'UPSTREAM_PENDING');
  if (refusals.length > 0) return { kind: 'refused', texts: refusals.map(sentenceForError) };
  if (errors.length > 0) return { kind: 'pending', change };
  return { kind: 'done', text: DONE[change.kind] };
}

const DONE: Readonly<Record<Change['kind'], string>> = {
  'opt-in': 'You are in the club.',
  'opt-out': 'You have left the club.',
  'change-reward': 'Your reward has been changed.',
};

/** A text about the change that is still being confirmed; null if there is none. */
export function pendingText(club: Pick<Club, 'membership' | 'choice'>): string | null {
  if (club.membership.pending) return 'Your membership change is being confirmed. You do not need to do anything.';
  if (club.choice?.pending === true) return 'Your choice of reward is being confirmed. You do not need to do anything.';
  return null;
}
