/** The revisions of a brand; an earlier one can be put into the form, and saved as a new one. */
import Button from '@mui/material/Button';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { DataRows } from '../page/DataRows.tsx';
import { usePolled } from '../page/usePolled.ts';
import { moment } from '../../time/moments.ts';
import { BRAND_REVISIONS } from '../../graph/generated/operations.ts';

import type { BrandRevision } from '../../graph/generated/operations.ts';

interface Props {
  readonly brand: string;
  readonly present: number;
  /** Puts a revision into the form; null if one may not change the brand. */
  readonly onTake: ((revision: BrandRevision) => void) | null;
}

export function Revisions({ brand, present, onTake }: Props) {
  const { data } = usePolled(BRAND_REVISIONS, { brand }, 5);
  return (
    <Box>
      <Typography variant="h6" component="h3" gutterBottom>
        Revisions
      </Typography>
      <DataRows
        label="Revisions"
        rows={data?.brandRevisions.nodes ?? []}
        id={({ id }) => id}
        nothing="The brand still has the name and languages of its schemes."
        columns={[
          { head: 'Revision', cell: ({ revision }) => (revision === present ? `${revision}, in force` : revision) },
          { head: 'At', cell: ({ changedAt }) => moment(changedAt, brand) },
          { head: 'By', cell: ({ changedBy }) => changedBy },
          { head: 'Reason', cell: ({ reason }) => reason ?? '–' },
          { head: 'Name', cell: ({ name }) => name },
          { head: 'Languages', cell: ({ locales }) => locales.join(', ') },
          { head: 'Custom colours', cell: ({ theme }) => theme.filter(({ isOwn }) => isOwn).length, right: true },
          {
            head: 'Restore',
            cell: (one) =>
              onTake !== null && (
                <Button size="small" onClick={() => onTake(one)} aria-label={`Use version ${one.revision}`}>
                  Use this version
                </Button>
              ),
          },
        ]}
      />
    </Box>
  );
}
