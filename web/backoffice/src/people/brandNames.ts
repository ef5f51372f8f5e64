/** The brands whose people one may see, by name: who manages people need not see any screen of a brand. */
import { useBrand } from '../frame/brand.tsx';
import { brandName } from '../frame/names.ts';
import { useGraph } from '../graph/useGraph.ts';
import { BRAND_NAMES } from '../graph/generated/operations.ts';
import { useMay } from '../operations/page/may.ts';

import type { BrandNames } from '../graph/generated/operations.ts';

export type NamedBrands = BrandNames['brandNames'];

/** Stands for all brands. */
export const ALL_BRANDS = '*';

const NONE: NamedBrands = [];

export function useBrandNames(): NamedBrands {
  const shown = useBrand().brands;
  const { data } = useGraph(BRAND_NAMES, useMay('people.read') ? {} : null);
  const others = data?.brandNames ?? NONE;
  return [...others, ...shown.filter(({ id }) => others.every((other) => other.id !== id))];
}

/** Return a brand's name; its id where it is not known, such as of a brand that was removed. */
export function nameAmong(brands: NamedBrands, id: string): string {
  if (id === ALL_BRANDS) return 'All brands';
  return brands.find((brand) => brand.id === id)?.name ?? brandName(id);
}
