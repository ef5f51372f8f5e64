/** A provider of rewards as the graph has it, its form, and the operations that read and change it. */
import { money, word } from '../../money/amounts.ts';

export interface Configuration {
  readonly position: number;
  readonly adapter: string;
  readonly url: string;
  readonly secret: string;
  readonly kinds: readonly string[];
  readonly brands: readonly string[];
  readonly currencies: readonly string[];
  readonly limitMinor: number;
  readonly inFlight: number;
  readonly timeoutSeconds: number;
  readonly attempts: number;
  readonly pauseSeconds: number;
  readonly breakerFailures: number;
  readonly breakerRestSeconds: number;
  readonly keyHours: number;
  readonly learns: string;
  readonly pollMinutes: number;
  readonly enabled: boolean;
}

export interface Health {
  readonly id: string;
  readonly node: string;
  readonly worker: string | null;
  readonly alive: boolean;
  readonly revision: number;
  readonly problem: string | null;
  readonly circuit: string;
  readonly calls: number;
  readonly due: number;
  readonly succeededAt: string | null;
  readonly failedAt: string | null;
  readonly error: string | null;
  readonly creditedAt: string | null;
}

export interface Provider {
  readonly id: string;
  readonly revision: number;
  readonly imported: boolean;
  readonly endpoint: string | null;
  readonly configuration: Configuration | null;
  readonly adapterKinds: readonly string[];
  readonly missing: readonly { readonly node: string; readonly reason: string | null }[];
  readonly pending: readonly { readonly id: string; readonly proposedBy: string; readonly reason: string }[];
  readonly health: readonly Health[];
  readonly stopped: boolean;
  readonly everywhere: boolean;
  readonly reason: string | null;
  readonly since: string | null;
  readonly waiting: Readonly<Record<string, number>>;
}

export interface Revision {
  readonly id: string;
  readonly revision: number;
  readonly configuration: Configuration;
  readonly reason: string | null;
  readonly submittedBy: string;
  readonly approvedBy: string | null;
  readonly inForceAt: string;
}

export interface Change {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

const CONFIGURATION = `fragment Configuration on ProviderConfiguration {
  position adapter url secret kinds brands currencies limitMinor inFlight timeoutSeconds attempts pauseSeconds
  breakerFailures breakerRestSeconds keyHours learns pollMinutes enabled
}`;
const PROVIDER = `fragment Provider on ProviderInfo {
  id revision imported endpoint adapterKinds stopped everywhere reason since waiting
  configuration { ...Configuration } missing { node reason } pending { id proposedBy reason }
  health { id node worker alive revision problem circuit calls due succeededAt failedAt error creditedAt }
} ${CONFIGURATION}`;

export const PROVIDERS = `query Providers { providers { ...Provider } } ${PROVIDER}`;
export const ONE = `query Provider($id: ID!) { provider(id: $id) { ...Provider } } ${PROVIDER}`;
export const ADAPTERS = `query Adapters { providerAdapters }`;
export const REVISIONS = `query Revisions($provider: String!) { providerRevisions(provider: $provider, first: 50) { nodes {
  id revision reason submittedBy approvedBy inForceAt configuration { ...Configuration }
} } } ${CONFIGURATION}`;
export const DIFF = `query Diff($provider: String!, $before: Int!, $after: Int!) {
  providerDiff(provider: $provider, before: $before, after: $after) { field before after }
}`;
export const TRY = `query Try($input: ProviderConfigurationInput!) { tryProvider(input: $input) { path message } }`;
export const SUBMIT = `mutation Submit($input: SubmitProviderInput!) { submitProvider(input: $input) }`;
export const ROLL_BACK = `mutation RollBack($input: RollBackProviderInput!) { rollBackProvider(input: $input) }`;
export const SWITCH = `mutation SwitchProvider($input: SwitchProviderInput!) { setProviderSwitch(input: $input) { id } }`;

/** A configuration for a provider that is new. */
export const NEW: Configuration = {
  position: 100,
  adapter: 'sportsbook',
  url: 'https://',
  secret: '',
  kinds: ['free_bet'],
  brands: [],
  currencies: [],
  limitMinor: 10_000,
  inFlight: 8,
  timeoutSeconds: 1.5,
  attempts: 3,
  pauseSeconds: 0.1,
  breakerFailures: 5,
  breakerRestSeconds: 10,
  keyHours: 24,
  learns: 'poll',
  pollMinutes: 60,
  enabled: true,
};

/** The words of a comma-separated field. */
export function names(text: string): string[] {
  return text.split(',').map((each) => each.trim()).filter((each) => each !== '');
}

export function offered({ configuration }: Provider): string {
  if (configuration === null) return '–';
  const { kinds, brands, currencies } = configuration;
  return `${kinds.map(word).join(', ')}; ${brands.join(', ') || 'all brands'}; ${currencies.join(', ') || 'all currencies'}`;
}

/** The currency in which a limit is typed: a limit is a number of any currency's smallest coins. */
export const LIMIT_CURRENCY = 'GBP';

/** Return a limit in each currency that a provider pays in. */
export function limitInWords(limitMinor: number, currencies: readonly string[]): string {
  const shown = currencies.length === 0 ? [LIMIT_CURRENCY] : currencies;
  return shown.map((currency) => money(limitMinor, currency)).join(', ');
}

export function limits({ configuration }: Provider): string {
  if (configuration === null) return '–';
  const { limitMinor, currencies, inFlight, timeoutSeconds, attempts } = configuration;
  return `a person decides above ${limitInWords(limitMinor, currencies)}; ${inFlight} calls at once, ${timeoutSeconds} s each, ${attempts} attempts`;
}

export function waits({ waiting }: Provider): string {
  return Object.entries(waiting).map(([state, number]) => `${number} ${state}`).join(', ') || 'none wait';
}
