/** What GraphiQL opens with: the bet-slip's query and, in the demo, a customer's token. */
import betslip from '@contracts/betslip.graphql?raw';

import type { Demo } from '../src/session/session';

const WHERE_TO_FIND_A_TOKEN = `# Who is asking comes from the session: put a token into the Headers tab below, as
#   { "Authorization": "Bearer …" }
# In the demo it is there already, and .furlong/demo.json holds one for each customer;
# elsewhere, \`furlong token --customer ID --brand ID\` makes one.
`;

export interface Start {
  readonly query: string;
  readonly variables: string;
  readonly headers: string;
}

export function startOf(demo: Demo | null): Start {
  const [customer] = demo?.customers ?? [];
  return {
    query: `${WHERE_TO_FIND_A_TOKEN}\n${betslip.trim()}\n`,
    variables: json({ brand: customer?.brand ?? demo?.brand ?? 'northbet' }),
    headers: json({ Authorization: `Bearer ${customer?.token ?? ''}`.trim() }),
  };
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}
