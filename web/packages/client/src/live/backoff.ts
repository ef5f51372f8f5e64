/** Randomized waits before retries, so that many pages do not return at the same moment. */

export interface Backoff {
  /** The maximum wait before the second try; it doubles with each failure. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** The minimum wait as a share of the maximum; the rest is random. */
  readonly share: number;
}

/**
 * Returns a random wait.
 *
 * @param failures the number of consecutive failures, at least 1
 * @param random returns a random number from 0 to 1
 * @param retryAfterMs the minimum wait that the server requests; pages are spread over the time after it
 */
export function waitMs(
  { firstMs, mostMs, share }: Backoff,
  failures: number,
  random: () => number,
  retryAfterMs: number | null = null,
): number {
  const most = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  const drawn = most * (share + (1 - share) * random());
  return retryAfterMs === null ? drawn : Math.max(drawn, retryAfterMs * (1 + random() / 2));
}
