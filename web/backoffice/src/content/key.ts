/** What content belongs to: a version of a reward, as northbet:fb-5:3, or its first version, as northbet:fb-5. */

export interface ContentKey {
  readonly brand: string;
  readonly rewardId: string;
  readonly configVersion: number | null;
}

export function keyOf(id: string): ContentKey {
  const [brand = '', rewardId = '', version] = id.split(':');
  return { brand, rewardId, configVersion: version === undefined || version === '' ? null : Number(version) };
}

/** Return an item's page. */
export function pageOf(id: string): string {
  return `/content/${encodeURIComponent(id)}`;
}

/** Return an enum's value as a word. */
export function inWord(value: string): string {
  return value.charAt(0) + value.slice(1).toLowerCase().replaceAll('_', ' ');
}
