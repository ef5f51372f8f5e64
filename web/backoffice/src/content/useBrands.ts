/** The brands whose content one may read. */
import { BRANDS, type Brand } from './operations.ts';
import { useGraph } from '../graph/useGraph.ts';

const NONE: readonly Brand[] = [];

interface ReadBrands {
  readonly brands: readonly Brand[];
  /** Whether they are read; there may be none. */
  readonly isRead: boolean;
  readonly problem: string;
}

export function useReadBrands(): ReadBrands {
  const { data, problem } = useGraph<{ readonly contentBrands: readonly Brand[] }>(BRANDS);
  return { brands: data?.contentBrands ?? NONE, isRead: data !== null, problem };
}

/** Return them; none until they are read. */
export function useBrands(): readonly Brand[] {
  return useReadBrands().brands;
}
