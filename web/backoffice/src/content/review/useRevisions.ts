/** The newest revisions of an item, read again when the item changes. */
import { useEffect } from 'react';

import { useGraph } from '../../graph/useGraph.ts';
import { CONTENT_REVISIONS } from '../../graph/generated/operations.ts';

import type { ContentItem } from '../../graph/generated/operations.ts';

/** Null stands for an item that nobody has written. */
export function useRevisions(item: ContentItem | null) {
  const { data, problem, reload } = useGraph(CONTENT_REVISIONS, item === null ? null : { brand: item.brand, rewardId: item.rewardId, configVersion: item.configVersion });
  useEffect(reload, [reload, item?.version]);
  return { revisions: data?.contentItem?.revisions.nodes ?? null, problem };
}
