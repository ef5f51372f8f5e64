/** How many events are listed: a page more each time, one page at a time. */

/** The most events that the graph gives at once. */
export const MAX_LISTED = 100;

export interface Listed {
  /** How many are asked for, which the graph never refuses. */
  count(): number;
  /** How many to ask for in addition; null while others are on their way, or at the most. */
  begin(): number | null;
  /** Some have arrived; 0 if that failed. */
  end(arrived: number): void;
}

export function createListed(pageSize: number): Listed {
  let [count, isAsking] = [pageSize, false];
  return {
    count: () => count,
    begin() {
      const more = Math.min(pageSize, MAX_LISTED - count);
      if (isAsking || more < 1) return null;
      isAsking = true;
      return more;
    },
    end(arrived) {
      isAsking = false;
      count = Math.min(MAX_LISTED, count + arrived);
    },
  };
}
