/** The brands whose content one may read. */
import { BRANDS, type Brand } from './operations.ts';
import { useGraph } from '../graph/useGraph.ts';

const NONE: readonly Brand[] = [];

export function useBrands(): readonly Brand[] {
  return useGraph<{ readonly contentBrands: readonly Brand[] }>(BRANDS).data?.contentBrands ?? NONE;
}
