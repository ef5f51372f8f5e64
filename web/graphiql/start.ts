/** What GraphiQL opens with: a tab for each operation and, in the demo, a customer's token. */
import type { Demo, DemoCustomer } from '../demo/session/demo';
import { UNKNOWN_FACTS, type ClubFacts } from './facts';
import { OPERATIONS } from './operations';

const WHERE_TO_FIND_A_TOKEN = `# Who is asking comes from the session: put a token into the Headers tab below, as
#   { "Authorization": "Bearer …" }
# \`furlong token --customer ID --brand ID\` makes one.

`;

export interface Tab {
  readonly name: string;
  readonly query: string;
  readonly variables: string;
  readonly headers: string;
}

/** Returns the tabs of a first visit, with variables that can be run as they are. */
export function startOf(demo: Demo | null, facts: ClubFacts = UNKNOWN_FACTS, key = 'one-per-action'): Tab[] {
  const [customer] = demo?.customers ?? [];
  const variables = variablesFor(customer?.brand ?? demo?.brand ?? 'northbet', facts, key);
  return OPERATIONS.map(({ name, text }, index) => ({
    name,
    query: `${index === 0 && customer === undefined ? WHERE_TO_FIND_A_TOKEN : ''}${text}\n`,
    variables: json(variables[name] ?? {}),
    headers: headersOf(customer),
  }));
}

/** The request headers of a customer's session; without one, they leave room for a token. */
export function headersOf(customer: DemoCustomer | undefined): string {
  return json({ Authorization: `Bearer ${customer?.token ?? ''}`.trim() });
}

function variablesFor(brand: string, facts: ClubFacts, key: string): Readonly<Record<string, object>> {
  const { termsVersion, optionId, choiceVersion } = facts;
  const change = (name: string, input: object = {}) => ({ input: { brand, ...input, idempotencyKey: `${name}-${key}` } });
  const slip = { brand, stakeMinor: 500, currency: 'GBP', oddsMilli: 2500, betType: 'SINGLE', product: 'BETTING' };
  return {
    Betslip: { brand },
    ClubUpdates: { brand },
    OptIn: change('join', { termsVersion }),
    OptOut: change('leave'),
    ChangeReward: change('choose', { optionId, expectedVersion: choiceVersion }),
    SlipPreview: { input: slip },
    RecentBets: { brand },
    TermsSummary: { brand },
    CountedEvents: { brand },
    PastWeeks: { brand },
    ClubInParts: { brand },
    SportsEvents: { brand },
  };
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}
