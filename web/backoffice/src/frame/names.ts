/** What brands and rewards are called: learned once a person has signed in, so that screens show names instead of ids. */

export interface NamedBrand {
  readonly id: string;
  readonly name: string;
  readonly rewards: readonly { readonly rewardId: string; readonly configVersion: number; readonly title: string | null }[];
}

const brands = new Map<string, string>();
const rewards = new Map<string, string>();

/** Learn the names of the brands that the person may see, and of their rewards: the newest version's. */
export function learnNames(known: readonly NamedBrand[]): void {
  brands.clear();
  rewards.clear();
  for (const { id, name, rewards: versions } of known) {
    brands.set(id, name);
    for (const { rewardId, title } of versions.toSorted((one, other) => one.configVersion - other.configVersion)) {
      if (title !== null) rewards.set(`${id}:${rewardId}`, title);
    }
  }
}

/** Return a brand's name; its id where it is not known. */
export function brandName(id: string): string {
  return brands.get(id) ?? id;
}

/** Return the brand's name, or that it is about all of them. */
export function brandOrAll(id: string | null): string {
  return id === null ? 'All brands' : brandName(id);
}

/** Return a reward's title; its id where it has no text. */
export function rewardName(brand: string | null, rewardId: string): string {
  return rewards.get(`${brand ?? ''}:${rewardId}`) ?? rewardId;
}
