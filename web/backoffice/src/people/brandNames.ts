/** Brands as choices of a role, by name. */
import { brandName } from '../frame/names.ts';

import type { BrandNames } from '../graph/generated/operations.ts';

export type NamedBrands = BrandNames['brandNames'];

/** Stands for all brands. */
export const ALL_BRANDS = '*';

/** Return a brand's name; its id where it is not known, such as of a brand that was removed. */
export function nameAmong(brands: NamedBrands, id: string): string {
  if (id === ALL_BRANDS) return 'All brands';
  return brands.find((brand) => brand.id === id)?.name ?? brandName(id);
}

/** Return the brands to choose from, each alone before all at once if one may; a brand that is not among them stays chosen. */
export function choicesFor(chosen: string, brands: NamedBrands, mayAll: boolean): readonly string[] {
  const known = [...brands.map(({ id }) => id), ...(mayAll ? [ALL_BRANDS] : [])];
  return chosen === '' || known.includes(chosen) ? known : [chosen, ...known];
}
