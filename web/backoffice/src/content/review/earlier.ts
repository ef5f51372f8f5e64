/** Which of an item's revisions a text follows. */
import type { ContentRevision } from '../../graph/generated/operations.ts';

type Numbered = Pick<ContentRevision, 'revision' | 'state' | 'publishedAt'>;

/** Return the revision that customers saw before one of a number; undefined if there was none. */
export function seenBefore<T extends Numbered>(revisions: readonly T[], number: number): T | undefined {
  return newest(revisions.filter(({ revision, publishedAt }) => revision < number && publishedAt !== null));
}

/** Return the newest revision if it was rejected: what its editor goes on from. */
export function rejectedLast<T extends Numbered>(revisions: readonly T[]): T | undefined {
  const last = newest(revisions);
  return last?.state === 'REJECTED' ? last : undefined;
}

function newest<T extends Numbered>(revisions: readonly T[]): T | undefined {
  return revisions.toSorted((one, other) => other.revision - one.revision)[0];
}
