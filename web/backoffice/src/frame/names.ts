/** What brands and rewards are called: learned once a person has signed in, so that screens show names instead of ids. */
import { WORDS } from '../words/index.ts';

export interface BrandName {
  readonly id: string;
  readonly name: string;
}

export interface NamedBrand extends BrandName {
  readonly rewards: readonly { readonly rewardId: string; readonly configVersion: number; readonly title: string | null }[];
}

const brands = new Map<string, string>();
const rewards = new Map<string, string>();

/** Learn the names of the brands for which the person has a role, and of the rewards that they may see: the newest version's. */
export function learnNames(known: readonly NamedBrand[], named: readonly BrandName[] = []): void {
  brands.clear();
  rewards.clear();
  for (const { id, name } of named) brands.set(id, name);
  for (const { id, name, rewards: versions } of known) {
    brands.set(id, name);
    for (const { rewardId, title } of versions.toSorted((one, other) => one.configVersion - other.configVersion)) {
      if (title !== null) rewards.set(`${id}:${rewardId}`, title);
    }
  }
}

/** Return the brands for which the person has a role, to choose from. */
export function namedBrands(): readonly BrandName[] {
  return [...brands].map(([id, name]) => ({ id, name }));
}

/** Return a brand's name; its id where it is not known. */
export function brandName(id: string): string {
  return brands.get(id) ?? id;
}

/** Return the brand's name, or that it is about all of them. */
export function brandOrAll(id: string | null): string {
  return id === null ? WORDS.common.allBrands : brandName(id);
}

/** Return a reward's title; its id where it has no text. */
export function rewardName(brand: string | null, rewardId: string): string {
  return rewards.get(`${brand ?? ''}:${rewardId}`) ?? rewardId;
}
