/** The filters of the audit log that are chosen and not typed: what was done, and who did it. */
import { useQuery } from '@tanstack/react-query';
import { AutocompleteInput, useListContext } from 'react-admin';

import { withChosen } from '../frame/chosen.ts';
import { run } from '../graph/graph.ts';
import { useGraph } from '../graph/useGraph.ts';
import { AUDITED_USERS, AUDIT_ACTIONS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { Choice } from '../frame/chosen.ts';

interface Props {
  readonly source: string;
  readonly label?: string;
  readonly alwaysOn?: boolean;
}

/** Return all accounts: there are as many as people on the staff. */
async function readUsers(after: string | null = null): Promise<readonly Choice[]> {
  const { users } = await run(AUDITED_USERS, { after });
  const choices = users.nodes.map(({ id, name, login }) => ({ id, name: `${name} (${login})` }));
  return users.hasNextPage ? [...choices, ...(await readUsers(users.endCursor))] : choices;
}

function Chosen({ source, label, choices, all }: { readonly source: string; readonly label: string; readonly choices: readonly Choice[]; readonly all: string }) {
  const filters = useListContext().filterValues as Readonly<Record<string, unknown>>;
  return <AutocompleteInput source={source} label={label} choices={[...withChosen(choices, filters[source], String)]} emptyText={all} sx={{ minWidth: 220 }} />;
}

export function ActionInput({ source }: Props) {
  const { data } = useGraph(AUDIT_ACTIONS, {});
  return <Chosen source={source} label={WORDS.people.whatWasDone} choices={data?.auditActions ?? []} all={WORDS.people.anything} />;
}

const ACCOUNTS_HOLD_MS = 5 * 60_000;

/** Return all accounts by name; none before they are read. */
export function useEverybody(): readonly Choice[] {
  return useQuery({ queryKey: ['everybody'], queryFn: () => readUsers(), staleTime: ACCOUNTS_HOLD_MS, gcTime: 0, retry: false, refetchOnWindowFocus: false }).data ?? [];
}

export function UserInput({ source }: Props) {
  return <Chosen source={source} label={WORDS.common.who} choices={useEverybody()} all={WORDS.people.anybody} />;
}
