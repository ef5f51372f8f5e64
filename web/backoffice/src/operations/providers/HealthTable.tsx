/** What the workers of each node know about a provider. */
import Chip from '@mui/material/Chip';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';

import { DataRows } from '../page/DataRows.tsx';
import { TechnicalDetails } from '../../look/TechnicalDetails.tsx';
import { age } from '../page/words.ts';
import { WORDS } from '../../words/index.ts';

import type { Health } from '../../graph/generated/operations.ts';

const COLOURS: Readonly<Record<string, 'success' | 'warning' | 'error'>> = { closed: 'success', half_open: 'warning', open: 'error' };

/** Who reports, which revision it uses, and why not the newest. */
function Worker({ of: { node, alive, worker, revision, problem } }: { readonly of: Health }) {
  return (
    <Stack>
      <span>{alive ? node : WORDS.providers.silent({ node })}</span>
      <Typography variant="body2" color="textSecondary">
        {worker ?? WORDS.providers.noWorkerReports}, {revision === 0 ? WORDS.providers.theFilesRevision : WORDS.common.revisionNumbered({ revision })}
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
      label={WORDS.providers.healthByNodeAndWorker}
      rows={rows}
      id={({ id }) => id}
      nothing={WORDS.providers.noNodeHasReportedAboutItYet}
      columns={[
        { head: WORDS.providers.nodeAndWorker, cell: (row) => <Worker of={row} /> },
        {
          head: WORDS.providers.circuit,
          cell: ({ circuit }) => <Chip size="small" variant="outlined" color={COLOURS[circuit] ?? 'error'} label={circuit.replace('_', ' ')} />,
        },
        { head: WORDS.providers.calls, cell: ({ calls }) => calls, right: true },
        { head: WORDS.providers.due, cell: ({ due }) => due, right: true },
        { head: WORDS.providers.lastSuccess, cell: ({ succeededAt }) => age(succeededAt) },
        {
          head: WORDS.providers.lastFailure,
          cell: ({ failedAt, error }) => (
            <>
              {age(failedAt)}
              {failedAt !== null && <TechnicalDetails of={error} />}
            </>
          ),
        },
        { head: WORDS.providers.lastCredit, cell: ({ creditedAt }) => age(creditedAt) },
      ]}
    />
  );
}
