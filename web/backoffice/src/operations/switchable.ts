/** What can be switched off, and in which state it is: also what nobody has ever switched. */
import { brandName, rewardName, type NamedBrand } from '../frame/names.ts';
import { WORDS } from '../words/index.ts';

import type { KillSwitch } from '../graph/generated/operations.ts';

export const SCOPES = ['brand', 'reward', 'provider'] as const;

export type Scope = (typeof SCOPES)[number];

/** What the graph says of a switch as JSON. */
export interface SwitchState {
  readonly scope: Scope;
  readonly name: string;
  readonly off: boolean;
}

/** The brand of what belongs to all of them. */
const ALL_BRANDS = '*';

export interface Switchable {
  readonly id: string;
  readonly brand: string;
  readonly state: SwitchState;
  /** Who decided it, when and why; null if it was never switched. */
  readonly decided: KillSwitch | null;
}

/** Return what was switched, what is off first; then a brand, its rewards and the providers that never were. */
export function switchables(decided: readonly KillSwitch[], brand: NamedBrand | undefined, providers: readonly string[] = []): readonly Switchable[] {
  const switched = decided.map((one) => ({ id: one.id, brand: one.brand, state: one.state as SwitchState, decided: one }));
  const known = brand === undefined ? [] : [{ scope: 'brand', name: '' } as const, ...rewardIds(brand).map((name) => ({ scope: 'reward', name }) as const)];
  const never = known
    .filter(({ scope, name }) => !switched.some(({ brand: of, state }) => of === brand?.id && state.scope === scope && (scope === 'brand' || state.name === name)))
    .map(({ scope, name }) => neverSwitched(scope, brand?.id ?? '', name));
  const running = providers
    .filter((name) => !switched.some(({ state }) => state.scope === 'provider' && state.name === name))
    .map((name) => neverSwitched('provider', ALL_BRANDS, name));
  return [...switched.filter(({ state }) => state.off), ...switched.filter(({ state }) => !state.off), ...never, ...running];
}

function neverSwitched(scope: Scope, brand: string, name: string): Switchable {
  return { id: `${scope}:${name}`, brand, state: { scope, name, off: false }, decided: null };
}

/** Return the ids of a brand's rewards, each once. */
export function rewardIds({ rewards }: NamedBrand): readonly string[] {
  return [...new Set(rewards.map(({ rewardId }) => rewardId))];
}

/** Return what a switch stops, by its name. */
export function nameOf({ brand, state: { scope, name } }: Switchable): string {
  if (scope === 'provider') return WORDS.common.providerName({ name });
  return scope === 'brand' ? WORDS.operations.brand({ brand: brandName(brand) }) : WORDS.operations.rewardOfBrand({ reward: rewardName(brand, name), brand: brandName(brand) });
}
