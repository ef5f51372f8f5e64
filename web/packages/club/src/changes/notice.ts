/** The outcome of a change as shown to the customer, in the screen's language. */
import type { Change, ClubError, Outcome } from '@furlong/client';

export type Notice =
  | { readonly kind: 'none' }
  | { readonly kind: 'sending'; readonly change: Change }
  | { readonly kind: 'done'; readonly change: Change }
  /** Not confirmed yet. The club's data says so too, even after a reload. */
  | { readonly kind: 'pending'; readonly change: Change }
  | { readonly kind: 'refused'; readonly errors: readonly ClubError[] }
  /** There was no response; the same change can be sent again. */
  | { readonly kind: 'unknown'; readonly change: Change };

export const NO_NOTICE: Notice = { kind: 'none' };

/** Reports success only if the response states it. */
export function noticeOf(change: Change, outcome: Outcome): Notice {
  switch (outcome.kind) {
    case 'signed-out':
      return { kind: 'refused', errors: [{ code: 'UNAUTHENTICATED', message: '' }] };
    case 'unknown':
      return { kind: 'unknown', change };
    case 'refused':
      return { kind: 'refused', errors: outcome.errors };
    case 'done':
    case 'pending':
      return { kind: outcome.kind, change };
  }
}
