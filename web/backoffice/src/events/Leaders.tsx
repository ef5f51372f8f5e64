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

import type { EventProvider } from '../graph/generated/operations.ts';

const SECONDS = 3;
const CHANGES = 10;
const NOBODY = 'nobody';

export function Leaders() {
  const { data, problem } = usePolled(LEADERS, {}, SECONDS);
  return (
    <Page
      title="Leaders"
      about="Of the providers that are trusted, the first in order of preference leads: customers see what it says. This page updates automatically."
      problem={problem}
      waiting={data === undefined}
    >
      <Heading>Who leads</Heading>
      <DataRows
        label="Leaders"
        rows={data?.eventLeaders ?? []}
        id={(leader) => leader.data}
        nothing="Nobody leads."
        columns={[
          { head: 'For', cell: (leader) => word(leader.data) },
          { head: 'Leader', cell: ({ provider }) => <ToneChip tone={provider === null ? 'bad' : 'good'} label={provider ?? NOBODY} /> },
          { head: 'Since', cell: ({ since }) => (since === null ? '–' : moment(since, null)) },
          { head: 'Why', cell: ({ reason }) => reason },
        ]}
      />
      <Heading>Providers</Heading>
      <DataRows
        label="Providers"
        rows={data?.eventProviders ?? []}
        id={({ id }) => id}
        nothing="No provider has said how it is yet."
        filledBy="Each adapter of sports events appears here once it runs."
        columns={[
          { head: 'Provider', cell: ({ id }) => id },
          { head: 'State', cell: (provider) => <State of={provider} /> },
          { head: 'Why', cell: ({ reason }) => reason || '–' },
          { head: 'Brings', cell: ({ capabilities }) => capabilities.join(', ') },
          { head: 'Has told everything', cell: ({ complete, problem: why }) => (complete ? 'yes' : `no: ${why}`) },
          { head: 'Delay (ms)', cell: ({ delayMs }) => number(delayMs), right: true },
          { head: 'Failures lately', cell: ({ failures }) => number(failures), right: true },
          { head: 'Well since', cell: ({ wellSince }) => (wellSince === null ? 'not now' : recently(wellSince)) },
          { head: 'Last report', cell: ({ saidAt }) => recently(saidAt) },
        ]}
      />
      <Heading>Changes</Heading>
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
  if (trusted === null) return <ToneChip tone="neutral" label="Not judged yet" />;
  return (
    <>
      <ToneChip tone={trusted ? 'good' : 'bad'} label={trusted ? 'Trusted' : 'Not trusted'} />
      {since !== null && (
        <Typography variant="body2" color="textSecondary">
          since {recently(since)}
        </Typography>
      )}
    </>
  );
}

function Changes() {
  const { after, buttons } = usePages('changes');
  const { data, problem } = usePolled(LEADER_CHANGES, { first: CHANGES, after }, SECONDS);
  if (problem !== '') return <Typography color="error">{problem}</Typography>;
  return (
    <>
      <DataRows
        label="Changes of leaders"
        rows={data?.leaderChanges.nodes ?? []}
        id={({ id }) => id}
        nothing="The leaders have not changed yet."
        filledBy="Each change appears here with its reason, the newest first, for 30 days."
        columns={[
          { head: 'When', cell: ({ changedAt }) => moment(changedAt, null) },
          { head: 'For', cell: (change) => word(change.data) },
          { head: 'From', cell: ({ before }) => before ?? NOBODY },
          { head: 'To', cell: (change) => change.after ?? NOBODY },
          { head: 'Why', cell: ({ reason }) => reason },
        ]}
      />
      {buttons(data?.leaderChanges)}
    </>
  );
}
