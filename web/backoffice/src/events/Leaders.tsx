/** Who leads for each kind of data, how the providers are, and how that has changed. */
import Typography from '@mui/material/Typography';

import { DataRows } from '../operations/page/DataRows.tsx';
import { Page } from '../operations/page/Page.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { moment, recently } from '../time/moments.ts';
import { number, word } from '../money/amounts.ts';
import { usePages } from './usePages.tsx';
import { usePolled } from '../operations/page/usePolled.ts';
import { LEADER_CHANGES, LEADERS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { EventProvider } from '../graph/generated/operations.ts';

const SECONDS = 3;
const CHANGES = 10;
const NOBODY = WORDS.events.nobody;

export function Leaders() {
  const { data, problem } = usePolled(LEADERS, {}, SECONDS);
  return (
    <Page
      title={WORDS.frame.screens.leaders}
      about={WORDS.events.providersTrustedFirstOrder}
      problem={problem}
      waiting={data === undefined}
    >
      <Heading>{WORDS.events.whoLeads}</Heading>
      <DataRows
        label={WORDS.events.leaders}
        rows={data?.eventLeaders ?? []}
        id={(leader) => leader.data}
        nothing={WORDS.events.nobodyLeads}
        columns={[
          { head: WORDS.common.for, cell: (leader) => word(leader.data) },
          { head: WORDS.events.leader, cell: ({ provider }) => <ToneChip tone={provider === null ? 'bad' : 'good'} label={provider ?? NOBODY} /> },
          { head: WORDS.common.since, cell: ({ since }) => (since === null ? '–' : moment(since, null)) },
          { head: WORDS.common.why, cell: ({ reason }) => reason },
        ]}
      />
      <Heading>{WORDS.common.providers}</Heading>
      <DataRows
        label={WORDS.common.providers}
        rows={data?.eventProviders ?? []}
        id={({ id }) => id}
        nothing={WORDS.events.noProviderHasSaidHowItIsYet}
        filledBy={WORDS.events.eachAdapterSportsEvents}
        columns={[
          { head: WORDS.common.provider, cell: ({ id }) => id },
          { head: WORDS.common.state, cell: (provider) => <State of={provider} /> },
          { head: WORDS.common.why, cell: ({ reason }) => reason || '–' },
          { head: WORDS.common.brings, cell: ({ capabilities }) => capabilities.join(', ') },
          { head: WORDS.events.hasToldEverything, cell: ({ complete, problem: why }) => (complete ? WORDS.common.yes : WORDS.events.no({ why })) },
          { head: WORDS.events.delayMs, cell: ({ delayMs }) => number(delayMs), right: true },
          { head: WORDS.events.failuresLately, cell: ({ failures }) => number(failures), right: true },
          { head: WORDS.events.wellSince, cell: ({ wellSince }) => (wellSince === null ? WORDS.events.notNow : recently(wellSince)) },
          { head: WORDS.common.lastReport, cell: ({ saidAt }) => recently(saidAt) },
        ]}
      />
      <Heading>{WORDS.common.changes}</Heading>
      <Changes />
    </Page>
  );
}

function Heading({ children }: { readonly children: string }) {
  return (
    <Typography variant="h6" component="h3" gutterBottom>
      {children}
    </Typography>
  );
}

function State({ of: { trusted, since } }: { readonly of: EventProvider }) {
  if (trusted === null) return <ToneChip tone="neutral" label={WORDS.events.notJudgedYet} />;
  return (
    <>
      <ToneChip tone={trusted ? 'good' : 'bad'} label={trusted ? WORDS.events.trusted : WORDS.events.notTrusted} />
      {since !== null && (
        <Typography variant="body2" color="textSecondary">
          {WORDS.events.since({ since: recently(since) })}
        </Typography>
      )}
    </>
  );
}

function Changes() {
  const { after, buttons } = usePages(WORDS.events.changes);
  const { data, problem } = usePolled(LEADER_CHANGES, { first: CHANGES, after }, SECONDS);
  if (problem !== '') return <Typography color="error">{problem}</Typography>;
  return (
    <>
      <DataRows
        label={WORDS.events.changesOfLeaders}
        rows={data?.leaderChanges.nodes ?? []}
        id={({ id }) => id}
        nothing={WORDS.events.theLeadersHaveNotChangedYet}
        filledBy={WORDS.events.eachChangeAppearsHere}
        columns={[
          { head: WORDS.common.when, cell: ({ changedAt }) => moment(changedAt, null) },
          { head: WORDS.common.for, cell: (change) => word(change.data) },
          { head: WORDS.common.from, cell: ({ before }) => before ?? NOBODY },
          { head: WORDS.common.to, cell: (change) => change.after ?? NOBODY },
          { head: WORDS.common.why, cell: ({ reason }) => reason },
        ]}
      />
      {buttons(data?.leaderChanges)}
    </>
  );
}
