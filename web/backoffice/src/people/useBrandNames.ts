/** The brands whose people one may see, by name: who manages people need not see any screen of a brand. */
import { useBrand } from '../frame/brand.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { BRAND_NAMES } from '../graph/generated/operations.ts';
import { useMay } from '../operations/page/may.ts';

import type { NamedBrands } from './brandNames.ts';

const NONE: NamedBrands = [];

export function useBrandNames(): NamedBrands {
  const shown = useBrand().brands;
  const { data } = useGraph(BRAND_NAMES, useMay('people.read') ? {} : null);
  const others = data?.brandNames ?? NONE;
  return [...others, ...shown.filter(({ id }) => others.every((other) => other.id !== id))];
}
