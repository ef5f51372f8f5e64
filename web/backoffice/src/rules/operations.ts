/** The operations of the screens of scheme rules, and what they return. */
import type { Brand } from '../content/operations.ts';

export type { Brand };

export const NO_BRAND = 'There is no brand whose rules you may see.';

export interface SchemeVersion {
  readonly id: string;
  readonly brand: string;
  readonly jurisdiction: string;
  readonly currency: string;
  readonly version: number;
  readonly qualifyingProduct: string;
  readonly targetMinor: number;
  readonly minStakeMinor: number;
  readonly minOddsMilli: number;
  readonly betTypes: readonly string[];
  readonly channels: readonly string[];
  readonly countBeforeOptIn: boolean;
  readonly defaultRewardId: string | null;
  readonly choiceLockMinutes: number;
  readonly graceMinutes: number;
  readonly terms: { readonly version: string; readonly summary: string; readonly url: string };
  readonly effectiveFrom: string;
  readonly controlPerMille: number;
  readonly trialRewardId: string | null;
  readonly trialPerMille: number;
  readonly firstWeek: string;
  readonly phase: 'EARLIER' | 'IN_FORCE' | 'COMING';
}

export interface SchemeProblem {
  readonly rule: string;
  readonly severity: 'ERROR' | 'WARNING';
  readonly path: string;
  readonly message: string;
  readonly source: string | null;
}

export interface SchemeCheck {
  readonly lawful: boolean;
  readonly complete: boolean;
  readonly openWeek: string;
  readonly firstWeek: string;
  readonly firstWeekStartsAt: string;
  readonly problems: readonly SchemeProblem[];
}

export interface DryRunCost {
  readonly reward: string;
  readonly rewards: number;
  readonly valueMinor: number | null;
}

export interface DryRun {
  readonly id: string;
  readonly brand: string;
  readonly isoWeek: string;
  readonly status: 'QUEUED' | 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED';
  readonly done: number;
  readonly total: number | null;
  readonly error: string | null;
  readonly result: {
    readonly customers: number;
    readonly elsewhere: number;
    readonly bets: number;
    readonly differingBets: number;
    readonly countedBeforeMinor: number;
    readonly countedAfterMinor: number;
    readonly qualifiedBefore: number;
    readonly qualifiedAfter: number;
    readonly gained: number;
    readonly lost: number;
    readonly costBefore: readonly DryRunCost[];
    readonly costAfter: readonly DryRunCost[];
    readonly reasons: readonly { readonly before: string; readonly after: string; readonly bets: number }[];
    readonly kept: number;
  } | null;
}

export interface Difference {
  readonly customerId: string;
  readonly betId: string;
  readonly placedAt: string;
  readonly stakeMinor: number;
  readonly beforeMinor: number;
  readonly beforeReason: string;
  readonly afterMinor: number;
  readonly afterReason: string;
}

export const VERSIONS = `query SchemeVersions($brand: String!) {
  schemeVersions(brand: $brand) {
    id brand jurisdiction currency version qualifyingProduct targetMinor minStakeMinor minOddsMilli betTypes channels
    countBeforeOptIn defaultRewardId choiceLockMinutes graceMinutes terms { version summary url } effectiveFrom controlPerMille
    trialRewardId trialPerMille
    firstWeek phase
  }
}`;
export const CHECK = `query CheckScheme($brand: String!, $scheme: SchemeInput!) {
  checkScheme(brand: $brand, scheme: $scheme) {
    lawful complete openWeek firstWeek firstWeekStartsAt problems { rule severity path message source }
  }
}`;
export const WAITING = `query WaitingSchemes($brand: String!) {
  approvals(brand: $brand, kind: "rules.scheme", status: PENDING) { nodes { id subject proposedBy proposedAt } }
}`;
export const PROPOSE = 'mutation ProposeScheme($input: ProposeSchemeInput!) { proposeScheme(input: $input) }';

const RESULT = `customers elsewhere bets differingBets countedBeforeMinor countedAfterMinor qualifiedBefore qualifiedAfter
  gained lost kept costBefore { reward rewards valueMinor } costAfter { reward rewards valueMinor }
  reasons { before after bets }`;
const RUN = `id brand isoWeek status done total error result { ${RESULT} }`;

export const START = `mutation StartDryRun($input: StartDryRunInput!) { startDryRun(input: $input) { ${RUN} } }`;
export const DRY_RUN = `query DryRun($id: ID!) { dryRun(id: $id) { ${RUN} } }`;
export const CANCEL = 'mutation CancelDryRun($id: ID!) { cancelJob(id: $id) { id status } }';
export const DIFFERENCES = `query DryRunDifferences($id: ID!, $after: String) {
  dryRunDifferences(id: $id, first: 25, after: $after) {
    nodes { customerId betId placedAt stakeMinor beforeMinor beforeReason afterMinor afterReason } endCursor hasNextPage
  }
}`;
export const CSV = 'query DryRunCsv($id: ID!) { dryRunCsv(id: $id) }';
