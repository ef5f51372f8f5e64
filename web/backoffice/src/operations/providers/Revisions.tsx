/** The revisions of a provider's configuration: what each changed, and the way back to it. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { ChangeButton } from '../../components/ChangeButton.tsx';
import { DataRows } from '../page/DataRows.tsx';
import { moment } from '../../time/moments.ts';
import { usePolled } from '../page/usePolled.ts';
import { run } from '../../graph/graph.ts';
import { PROVIDER_DIFF, PROVIDER_REVISIONS, ROLL_BACK_PROVIDER } from '../../graph/generated/operations.ts';

interface Props {
  readonly provider: string;
  readonly present: number;
  readonly may: boolean;
  /** Where the first revision was imported from. */
  readonly source: string;
}

export function Revisions({ provider, present, may, source }: Props) {
  const { data } = usePolled(PROVIDER_REVISIONS, { provider }, 5);
  const [compared, setCompared] = useState<number | null>(null);
  const notify = useNotify();
  const before = compared === null ? null : { provider, before: compared, after: present };
  const diff = usePolled(PROVIDER_DIFF, before, 60).data?.providerDiff;
  return (
    <Box>
      <Typography variant="h6" component="h3" gutterBottom>
        Revisions
      </Typography>
      <DataRows
        label="Revisions"
        rows={data?.providerRevisions.nodes ?? []}
        id={({ id }) => id}
        nothing="The provider has no configuration yet."
        columns={[
          { head: 'Revision', cell: ({ revision }) => (revision === present ? `${revision}, in force` : revision) },
          { head: 'Since', cell: ({ inForceAt, approvedBy }) => (approvedBy === null ? source : moment(inForceAt, null)) },
          { head: 'Submitted by', cell: ({ submittedBy }) => submittedBy },
          { head: 'Approved by', cell: ({ approvedBy }) => approvedBy ?? '–' },
          { head: 'Reason', cell: ({ reason }) => reason ?? '–' },
          {
            head: 'Change',
            cell: ({ revision }) =>
              revision !== present && (
                <Stack direction="row">
                  <Button size="small" onClick={() => setCompared(revision)} aria-label={`Compare revision ${revision} with the present one`}>
                    Compare
                  </Button>
                  {may && (
                    <ChangeButton
                      label={`Back to ${revision}`}
                      question={`Revision ${revision} is proposed again; another person has to approve it.`}
                      change={(reason) => run(ROLL_BACK_PROVIDER, { input: { provider, revision, seen: present, reason } })}
                      wantsReason
                      onDone={() => notify('Proposed: another person has to approve it', { type: 'success' })}
                    />
                  )}
                </Stack>
              ),
          },
        ]}
      />
      {compared !== null && diff !== undefined && (
        <DataRows
          label={`Changes from revision ${compared} to ${present}`}
          rows={diff}
          id={({ field }) => field}
          nothing={`Revision ${compared} and the present one are equal.`}
          columns={[
            { head: 'Field', cell: ({ field }) => field },
            { head: `Revision ${compared}`, cell: ({ before: value }) => JSON.stringify(value) },
            { head: `Revision ${present}`, cell: ({ after: value }) => JSON.stringify(value) },
          ]}
        />
      )}
    </Box>
  );
}
