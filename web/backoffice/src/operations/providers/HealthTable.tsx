/** What the workers of each node know about a provider. */
import Chip from '@mui/material/Chip';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';

import { DataRows } from '../page/DataRows.tsx';
import { TechnicalDetails } from '../../look/TechnicalDetails.tsx';
import { age } from '../page/words.ts';

import type { Health } from '../../graph/generated/operations.ts';

const COLOURS: Readonly<Record<string, 'success' | 'warning' | 'error'>> = { closed: 'success', half_open: 'warning', open: 'error' };

/** Who reports, which revision it uses, and why not the newest. */
function Worker({ of: { node, alive, worker, revision, problem } }: { readonly of: Health }) {
  return (
    <Stack>
      <span>{alive ? node : `${node}, silent`}</span>
      <Typography variant="body2" color="textSecondary">
        {worker ?? 'No worker reports'}, {revision === 0 ? 'the file’s revision' : `revision ${revision}`}
      </Typography>
      {problem !== null && (
        <Typography variant="body2" color="error">
          {problem}
        </Typography>
      )}
    </Stack>
  );
}

export function HealthTable({ rows }: { readonly rows: readonly Health[] }) {
  return (
    <DataRows
      label="Health by node and worker"
      rows={rows}
      id={({ id }) => id}
      nothing="No node has reported about it yet."
      columns={[
        { head: 'Node and worker', cell: (row) => <Worker of={row} /> },
        {
          head: 'Circuit',
          cell: ({ circuit }) => <Chip size="small" variant="outlined" color={COLOURS[circuit] ?? 'error'} label={circuit.replace('_', ' ')} />,
        },
        { head: 'Calls', cell: ({ calls }) => calls, right: true },
        { head: 'Due', cell: ({ due }) => due, right: true },
        { head: 'Last success', cell: ({ succeededAt }) => age(succeededAt) },
        {
          head: 'Last failure',
          cell: ({ failedAt, error }) => (
            <>
              {age(failedAt)}
              {failedAt !== null && <TechnicalDetails of={error} />}
            </>
          ),
        },
        { head: 'Last credit', cell: ({ creditedAt }) => age(creditedAt) },
      ]}
    />
  );
}
