/** The newest revisions of an item, read again when the item changes. */
import { useEffect } from 'react';

import { REVISIONS, type Item, type Revision } from '../operations.ts';
import { useGraph } from '../../graph/useGraph.ts';

interface Found {
  readonly contentItem: { readonly revisions: { readonly nodes: readonly Revision[] } } | null;
}

export function useRevisions({ brand, rewardId, configVersion, version }: Item) {
  const { data, problem, reload } = useGraph<Found>(REVISIONS, { brand, rewardId, configVersion });
  useEffect(reload, [reload, version]);
  return { revisions: data?.contentItem?.revisions.nodes ?? null, problem };
}
