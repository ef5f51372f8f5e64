/** What the customer is told about the change they asked for. */
import type { Club, ClubError } from '../graphql/types';
import type { Change, Outcome } from './change';
import { sentenceForError } from '../ui/words';

export type Notice =
  | { readonly kind: 'none' }
  | { readonly kind: 'sending'; readonly change: Change }
  | { readonly kind: 'done'; readonly text: string }
  /** Not confirmed yet. The words for it come from the club, which still says so after a reload. */
  | { readonly kind: 'pending'; readonly change: Change }
  | { readonly kind: 'refused'; readonly texts: readonly string[] }
  | { readonly kind: 'unknown'; readonly change: Change; readonly text: string };

export const NO_NOTICE: Notice = { kind: 'none' };

/** Never a success that the answer does not state. */
export function noticeOf(change: Change, outcome: Outcome): Notice {
  switch (outcome.kind) {
    case 'signed-out':
      return { kind: 'refused', texts: [sentenceForError({ code: 'UNAUTHENTICATED', message: '' })] };
    case 'unknown':
      return {
        kind: 'unknown',
        change,
        text: 'No answer came, so it is not known whether this was done. Trying again is safe: it will not be done twice.',
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
  'change-reward': 'Your reward is changed.',
};

/** What is still being confirmed, in words; null when nothing is. */
export function pendingText(club: Pick<Club, 'membership' | 'choice'>): string | null {
  if (club.membership.pending) return 'Your membership change is being confirmed. You do not need to do anything.';
  if (club.choice?.pending === true) return 'Your choice of reward is being confirmed. You do not need to do anything.';
  return null;
}
