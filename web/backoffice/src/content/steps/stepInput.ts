/** The input that each step has: what it concerns, as somebody saw it. */
import type { ContentItem, ContentStepInput } from '../../graph/generated/operations.ts';

export function stepInput({ brand, rewardId, configVersion, version }: ContentItem): ContentStepInput {
  return { brand, rewardId, configVersion, expectedVersion: version };
}
