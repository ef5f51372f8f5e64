/** The brands whose content one may read. */
import { useGraph } from '../graph/useGraph.ts';
import { CONTENT_BRANDS } from '../graph/generated/operations.ts';

import type { ContentBrand } from '../graph/generated/operations.ts';

const NONE: readonly ContentBrand[] = [];

interface ReadBrands {
  readonly brands: readonly ContentBrand[];
  /** Whether they are read; there may be none. */
  readonly isRead: boolean;
  readonly problem: string;
}

export function useReadBrands(): ReadBrands {
  const { data, problem } = useGraph(CONTENT_BRANDS, {});
  return { brands: data?.contentBrands ?? NONE, isRead: data !== null, problem };
}

/** Return them; none until they are read. */
export function useBrands(): readonly ContentBrand[] {
  return useReadBrands().brands;
}
