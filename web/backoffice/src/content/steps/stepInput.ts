/** The input that each step has: what it concerns, as somebody saw it. */
import type { Item } from '../operations.ts';

export function stepInput({ brand, rewardId, configVersion, version }: Item): Readonly<Record<string, unknown>> {
  return { brand, rewardId, configVersion, expectedVersion: version };
}
