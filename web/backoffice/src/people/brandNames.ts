/** Brands as choices of a role, by name. */
import { brandName, type BrandName } from '../frame/names.ts';
import { WORDS } from '../words/index.ts';

/** Stands for all brands. */
export const ALL_BRANDS = '*';

/** Return a brand's name; its id where it is not known, such as of a brand that was removed. */
export function nameOf(id: string): string {
  return id === ALL_BRANDS ? WORDS.common.allBrands : brandName(id);
}

/** Return the brands to choose from, each alone before all at once if one may; a brand that is not among them stays chosen. */
export function choicesFor(chosen: string, brands: readonly BrandName[], mayAll: boolean): readonly string[] {
  const known = [...brands.map(({ id }) => id), ...(mayAll ? [ALL_BRANDS] : [])];
  return chosen === '' || known.includes(chosen) ? known : [chosen, ...known];
}
