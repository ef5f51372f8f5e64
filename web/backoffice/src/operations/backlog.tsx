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

export function BacklogPage() {
  const { data, problem } = usePolled(LAG, {}, 5);
  const [all, setAll] = useState(false);
  const { brand } = useBrand();
  const partitions = data?.consumerLag.partitions ?? [];
  const shown = all ? partitions : partitions.filter(({ lag }) => lag > 0);
  return (
    <Page
      title="Lag"
      about="How far consumers lag behind Kafka, and what is not on Kafka yet. This page updates automatically."
      problem={problem}
      waiting={data === undefined}
      actions={
        <FormControlLabel
          control={<Switch checked={all} onChange={(event) => setAll(event.target.checked)} />}
          label="All partitions"
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
        Consumers
      </Typography>
      <DataRows
        label="Lag of consumers"
        rows={shown}
        id={({ id }) => id}
        nothing="No consumer is behind."
        filledBy="What Kafka has and a consumer has not applied appears here. Nothing here is good news."
        columns={[
          { head: 'Group', cell: ({ group }) => group },
          { head: 'Topic', cell: ({ topic }) => topic },
          { head: 'Partition', cell: ({ partition }) => partition, right: true },
          { head: 'Behind', cell: ({ lag }) => lag, right: true },
          { head: 'Oldest waits for', cell: ({ oldestAt }) => age(oldestAt) },
          { head: 'Committed', cell: ({ committed }) => committed ?? 'nothing yet', right: true },
          { head: 'End', cell: ({ end }) => end, right: true },
        ]}
      />
      <Typography variant="h6" component="h3" gutterBottom>
        Not published yet
      </Typography>
      <DataRows
        label="Outboxes"
        rows={data?.outboxes ?? []}
        id={({ database }) => database}
        nothing="There are no outboxes."
        columns={[
          { head: 'Database', cell: ({ database }) => database },
          { head: 'Messages', cell: ({ waiting }) => waiting, right: true },
          { head: 'Oldest waits for', cell: ({ oldestAt }) => age(oldestAt) },
        ]}
      />
    </Page>
  );
}
