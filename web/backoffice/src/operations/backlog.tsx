/** What waits: records that consumers have not applied, messages not published yet, and stopped providers. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import Typography from '@mui/material/Typography';
import { useState } from 'react';

import { LagCharts, waitingRecords } from '../charts/LagCharts.tsx';
import { useBrand } from '../frame/brand.tsx';
import { TechnicalDetails } from '../look/TechnicalDetails.tsx';
import { DataRows } from './page/DataRows.tsx';
import { Page } from './page/Page.tsx';
import { usePolled } from './page/usePolled.ts';
import { age } from './page/words.ts';
import { LAG } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

export function BacklogPage() {
  const { data, problem } = usePolled(LAG, {}, 5);
  const [all, setAll] = useState(false);
  const { brand } = useBrand();
  const partitions = data?.consumerLag.partitions ?? [];
  const shown = all ? partitions : partitions.filter(({ lag }) => lag > 0);
  return (
    <Page
      title={WORDS.frame.screens.backlog}
      about={WORDS.operations.howFarConsumersLagBehind}
      problem={problem}
      waiting={data === undefined}
      actions={
        <FormControlLabel
          control={<Switch checked={all} onChange={(event) => setAll(event.target.checked)} />}
          label={WORDS.operations.allPartitions}
        />
      }
    >
      {typeof data?.consumerLag.problem === 'string' && (
        <Alert severity="error">
          {data.consumerLag.problem}
          <TechnicalDetails of={data.consumerLag.details} />
        </Alert>
      )}
      <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 440px), 1fr))', gap: 2, marginBottom: 3 }}>
        <LagCharts brand={brand} records={waitingRecords(data?.consumerLag)} />
      </Box>
      <Typography variant="h6" component="h3" gutterBottom>
        {WORDS.operations.consumers}
      </Typography>
      <DataRows
        label={WORDS.operations.lagOfConsumers}
        rows={shown}
        id={({ id }) => id}
        nothing={WORDS.operations.noConsumerIsBehind}
        filledBy={WORDS.operations.whatKafkaConsumerNot}
        columns={[
          { head: WORDS.operations.group, cell: ({ group }) => group },
          { head: WORDS.operations.topic, cell: ({ topic }) => topic },
          { head: WORDS.operations.partition, cell: ({ partition }) => partition, right: true },
          { head: WORDS.operations.behind, cell: ({ lag }) => lag, right: true },
          { head: WORDS.operations.oldestWaitsFor, cell: ({ oldestAt }) => age(oldestAt) },
          { head: WORDS.operations.committed, cell: ({ committed }) => committed ?? WORDS.common.nothingYet, right: true },
          { head: WORDS.common.end, cell: ({ end }) => end, right: true },
        ]}
      />
      <Typography variant="h6" component="h3" gutterBottom>
        {WORDS.operations.notPublishedYet}
      </Typography>
      <DataRows
        label={WORDS.operations.outboxes}
        rows={data?.outboxes ?? []}
        id={({ database }) => database}
        nothing={WORDS.operations.thereAreNoOutboxes}
        columns={[
          { head: WORDS.operations.database, cell: ({ database }) => database },
          { head: WORDS.operations.messages, cell: ({ waiting }) => waiting, right: true },
          { head: WORDS.operations.oldestWaitsFor, cell: ({ oldestAt }) => age(oldestAt) },
        ]}
      />
    </Page>
  );
}
