/** The newest revisions of an item, read again when the item changes. */
import { useEffect } from 'react';

import { useGraph } from '../../graph/useGraph.ts';
import { CONTENT_REVISIONS } from '../../graph/generated/operations.ts';

import type { ContentItem } from '../../graph/generated/operations.ts';

export function useRevisions({ brand, rewardId, configVersion, version }: ContentItem) {
  const { data, problem, reload } = useGraph(CONTENT_REVISIONS, { brand, rewardId, configVersion });
  useEffect(reload, [reload, version]);
  return { revisions: data?.contentItem?.revisions.nodes ?? null, problem };
}
