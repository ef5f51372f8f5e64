/** What waits: proposals for this person's decision, and cases for anybody's, each with its list. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Typography from '@mui/material/Typography';
import { useEffect } from 'react';
import { Link } from 'react-router-dom';

import { brandOrAll } from '../frame/names.ts';
import { useDecided, useToDecide } from '../frame/toDecide.ts';
import { age } from '../operations/page/words.ts';
import { forAllBrands } from '../session/permissions.ts';
import { KINDS } from '../people/approvals/kinds.ts';
import { useWaitingMatches } from '../events/waitingMatches.ts';
import { usePolled } from '../operations/page/usePolled.ts';
import { useProposalTitles } from './proposalTitles.ts';
import { caseRows, emptyWords, proposalInWords, titleOf, type Row } from './waiting.ts';
import { WAITING_CASES, WAITING_LETTERS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

const SHOWN = 5;
const SECONDS = 30;

interface Props {
  readonly may: ReadonlySet<string>;
  readonly brand: string | null;
}

export function WaitingCard({ may, brand }: Props) {
  const proposals = useToDecide();
  const shown = proposals.slice(0, SHOWN);
  const titles = useProposalTitles(shown);
  const readAgain = useDecided();
  useEffect(readAgain, [readAgain]);
  const matches = useWaitingMatches();
  const cases = usePolled(WAITING_CASES, may.has('operations.cases') && brand !== null ? { brand } : null, SECONDS);
  const letters = usePolled(WAITING_LETTERS, may.has(forAllBrands('operations.read')) ? {} : null, SECONDS);
  const others = caseRows(cases.data, letters.data, matches);
  const rows: readonly Row[] = [
    ...shown.map(({ id, kind, subject, brand: of, proposedAt, proposedBy }) => ({
      id,
      what: titles.get(id) ?? proposalInWords(KINDS[kind]?.name ?? kind, subject),
      note: WORDS.home.ago({ proposedBy, brand: brandOrAll(of), proposedAt: age(proposedAt) }),
      path: `/approvals/${encodeURIComponent(id)}/show`,
      deed: WORDS.common.review,
    })),
    ...others,
  ];
  if (rows.length === 0 && emptyWords(may) === '') return null;
  return (
    <Card component="section" aria-label={WORDS.home.needsYourAttention}>
      <CardContent>
        <Typography variant="h6" component="h2">
          {titleOf(proposals.length, others.length, matches)}
        </Typography>
        {rows.length === 0 && <Typography color="textSecondary">{emptyWords(may)}</Typography>}
        {rows.length > 0 && (
          <Box component="ul" sx={{ listStyle: 'none', margin: 0, marginTop: 1, padding: 0 }}>
            {rows.map((row) => (
              <WaitingRow key={row.id} {...row} />
            ))}
          </Box>
        )}
        {proposals.length > SHOWN && (
          <Button component={Link} to="/approvals" size="small" sx={{ marginTop: 1 }}>
            {WORDS.home.allProposals({ count: proposals.length })}
          </Button>
        )}
      </CardContent>
    </Card>
  );
}

function WaitingRow({ what, note, path, deed }: Row) {
  return (
    <Box
      component="li"
      sx={{ display: 'grid', gridTemplateColumns: { xs: 'minmax(0, 1fr) auto', md: 'minmax(0, 2fr) minmax(0, 3fr) auto' }, columnGap: 2, alignItems: 'center', paddingBlock: '6px', borderTop: 1, borderColor: 'divider', '&:first-of-type': { borderTop: 0 } }}
    >
      <Typography>{what}</Typography>
      <Typography color="textSecondary" sx={{ gridRow: { xs: 2, md: 1 }, gridColumn: { xs: 1, md: 2 } }}>
        {note}
      </Typography>
      <Button component={Link} to={path} size="small" variant="outlined" sx={{ gridRow: { xs: 'span 2', md: 1 }, gridColumn: { xs: 2, md: 3 }, minWidth: 88 }}>
        {deed}
      </Button>
    </Box>
  );
}
