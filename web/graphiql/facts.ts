/** What the operations that change something must name: the present state of a customer's club. */
import type { DemoCustomer } from '../demo/session/demo';

/** What the variables of changes name. */
export interface ClubFacts {
  readonly termsVersion: string;
  readonly optionId: string;
  readonly choiceVersion: number;
}

/** What is left open where it could not be read. */
export const UNKNOWN_FACTS: ClubFacts = { termsVersion: '', optionId: '', choiceVersion: 0 };
const FACTS = 'query Facts($brand: ID!) { club(brand: $brand) { terms { version } options { id } choice { version } } }';

/** GraphiQL is drawn without them if the club takes longer, as with a subgraph that hangs. */
const MAX_WAIT_MS = 1000;

/** Reads what changes need to know of a customer's club; what cannot be read in time is left open. */
export async function fetchFacts(fetcher: typeof fetch, customer: DemoCustomer): Promise<ClubFacts> {
  try {
    const response = await fetcher('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${customer.token}` },
      body: JSON.stringify({ query: FACTS, variables: { brand: customer.brand } }),
      signal: AbortSignal.timeout(MAX_WAIT_MS),
    });
    const club = ((await response.json()) as { data?: { club?: FactsOfClub | null } }).data?.club;
    return {
      termsVersion: club?.terms.version ?? '',
      optionId: club?.options[0]?.id ?? '',
      choiceVersion: club?.choice?.version ?? 0,
    };
  } catch {
    return UNKNOWN_FACTS;
  }
}

interface FactsOfClub {
  readonly terms: { readonly version: string };
  readonly options: readonly { readonly id: string }[];
  readonly choice: { readonly version: number } | null;
}
