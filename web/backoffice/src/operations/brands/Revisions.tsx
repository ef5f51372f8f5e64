/** The revisions of a brand; an earlier one can be put into the form, and saved as a new one. */
import Button from '@mui/material/Button';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { DataRows } from '../page/DataRows.tsx';
import { usePolled } from '../page/usePolled.ts';
import { moment } from '../../time/moments.ts';
import { BRAND_REVISIONS } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

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
        {WORDS.common.revisions}
      </Typography>
      <DataRows
        label={WORDS.common.revisions}
        rows={data?.brandRevisions.nodes ?? []}
        id={({ id }) => id}
        nothing={WORDS.brands.brandStillNameLanguages}
        columns={[
          { head: WORDS.common.revision, cell: ({ revision }) => (revision === present ? WORDS.common.inForce({ revision }) : revision) },
          { head: WORDS.common.at, cell: ({ changedAt }) => moment(changedAt, brand) },
          { head: WORDS.common.by, cell: ({ changedBy }) => changedBy },
          { head: WORDS.common.reason, cell: ({ reason }) => reason ?? '–' },
          { head: WORDS.common.name, cell: ({ name }) => name },
          { head: WORDS.common.languages, cell: ({ locales }) => locales.join(', ') },
          { head: WORDS.brands.customColours, cell: ({ theme }) => theme.filter(({ isOwn }) => isOwn).length, right: true },
          {
            head: WORDS.brands.restore,
            cell: (one) =>
              onTake !== null && (
                <Button size="small" onClick={() => onTake(one)} aria-label={WORDS.brands.useVersion({ revision: one.revision })}>
                  {WORDS.brands.useThisVersion}
                </Button>
              ),
          },
        ]}
      />
    </Box>
  );
}
