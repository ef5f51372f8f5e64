/** What the workers of each node know about a provider. */
import Chip from '@mui/material/Chip';

import { DataRows } from '../page/DataRows.tsx';
import { age } from '../page/words.ts';

import type { Health } from '../../graph/generated/operations.ts';

const COLOURS: Readonly<Record<string, 'success' | 'warning' | 'error'>> = { closed: 'success', half_open: 'warning', open: 'error' };

export function HealthTable({ rows }: { readonly rows: readonly Health[] }) {
  return (
    <DataRows
      label="Health by node and worker"
      rows={rows}
      id={({ id }) => id}
      nothing="No node has reported about it yet."
      columns={[
        { head: 'Node', cell: ({ node, alive }) => (alive ? node : `${node}, silent`) },
        { head: 'Worker', cell: ({ worker }) => worker ?? 'none reports' },
        { head: 'Uses revision', cell: ({ revision }) => (revision === 0 ? 'the file’s' : revision), right: true },
        {
          head: 'Circuit',
          cell: ({ circuit }) => <Chip size="small" variant="outlined" color={COLOURS[circuit] ?? 'error'} label={circuit.replace('_', ' ')} />,
        },
        { head: 'Calls', cell: ({ calls }) => calls, right: true },
        { head: 'Due', cell: ({ due }) => due, right: true },
        { head: 'Last success', cell: ({ succeededAt }) => age(succeededAt) },
        { head: 'Last failure', cell: ({ failedAt, error }) => (failedAt === null ? '–' : `${age(failedAt)}: ${error ?? ''}`) },
        { head: 'Last credit', cell: ({ creditedAt }) => age(creditedAt) },
        { head: 'Problem', cell: ({ problem }) => problem ?? '–' },
      ]}
    />
  );
}
