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
import { WORDS } from '../../words/index.ts';

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
        {WORDS.common.revisions}
      </Typography>
      <DataRows
        label={WORDS.common.revisions}
        rows={data?.providerRevisions.nodes ?? []}
        id={({ id }) => id}
        nothing={WORDS.providers.providerNoConfigurationYet}
        columns={[
          { head: WORDS.common.revision, cell: ({ revision }) => (revision === present ? WORDS.common.inForce({ revision }) : revision) },
          { head: WORDS.common.since, cell: ({ inForceAt, approvedBy }) => (approvedBy === null ? source : moment(inForceAt, null)) },
          { head: WORDS.providers.submittedBy, cell: ({ submittedBy }) => submittedBy },
          { head: WORDS.common.approvedBy, cell: ({ approvedBy }) => approvedBy ?? '–' },
          { head: WORDS.common.reason, cell: ({ reason }) => reason ?? '–' },
          {
            head: WORDS.common.change,
            cell: ({ revision }) =>
              revision !== present && (
                <Stack direction="row">
                  <Button size="small" onClick={() => setCompared(revision)} aria-label={WORDS.providers.compareRevisionPresentOne({ revision })}>
                    {WORDS.providers.compare}
                  </Button>
                  {may && (
                    <ChangeButton
                      label={WORDS.providers.backTo({ revision })}
                      question={WORDS.providers.revisionIsProposedAgain({ revision })}
                      change={(reason) => run(ROLL_BACK_PROVIDER, { input: { provider, revision, seen: present, reason } })}
                      wantsReason
                      onDone={() => notify(WORDS.providers.proposedAnotherPerson, { type: 'success' })}
                    />
                  )}
                </Stack>
              ),
          },
        ]}
      />
      {compared !== null && diff !== undefined && (
        <DataRows
          label={WORDS.providers.changesFromRevisionTo({ compared, present })}
          rows={diff}
          id={({ field }) => field}
          nothing={WORDS.providers.revisionPresentOneEqual({ compared })}
          columns={[
            { head: WORDS.common.field, cell: ({ field }) => field },
            { head: WORDS.providers.revision({ compared }), cell: ({ before: value }) => JSON.stringify(value) },
            { head: WORDS.providers.revision({ compared: present }), cell: ({ after: value }) => JSON.stringify(value) },
          ]}
        />
      )}
    </Box>
  );
}
