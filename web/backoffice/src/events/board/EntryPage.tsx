/** How a brand shows one sport, competition or event: its placements, what they change, and its revisions. */
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { Link, useParams } from 'react-router-dom';

import { EntryForm } from './EntryForm.tsx';
import { keyOf, type EntryKey } from './placement.ts';
import { RevisionsOfEntry } from './RevisionsOfEntry.tsx';
import { NO_BRAND, useBrand } from '../../frame/brand.tsx';
import { Page } from '../../operations/page/Page.tsx';
import { moment } from '../../time/moments.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { READ_BOARD_BRAND, READ_BOARD_ENTRY } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { BoardEntry } from '../../graph/generated/operations.ts';

export function EntryPage() {
  const key = keyOf(decodeURIComponent(useParams<{ id: string }>().id ?? ''));
  const { brand } = useBrand();
  if (key === null || brand === null) {
    const problem = brand === null ? NO_BRAND : WORDS.board.noSuchSportCompetition;
    return (
      <Page title={WORDS.frame.screens.board} problem={problem}>
        {null}
      </Page>
    );
  }
  return <OfEntry key={`${brand} ${key.scope} ${key.entry}`} brand={brand} entryKey={key} />;
}

interface Props {
  readonly brand: string;
  readonly entryKey: EntryKey;
}

function OfEntry({ brand, entryKey }: Props) {
  const known = useGraph(READ_BOARD_BRAND, { brand });
  const { data, problem, reload } = useGraph(READ_BOARD_ENTRY, { brand, ...entryKey });
  const entry = data?.boardEntry;
  const title = entry?.item.name ?? WORDS.board.board;
  return (
    <Page title={title} problem={problem || known.problem} waiting={entry === undefined || known.data === null}>
      {entry !== undefined && known.data !== null && (
        <Stack spacing={3} sx={{ maxWidth: 960 }}>
          <Facts entry={entry} />
          <EntryForm brand={known.data.boardBrand} entry={entry} onProposed={reload} />
          <RevisionsOfEntry entry={entry} onProposed={reload} />
        </Stack>
      )}
    </Page>
  );
}

function Facts({ entry: { item } }: { readonly entry: BoardEntry }) {
  const { competition, scope, startsAt, brand, pending } = item;
  return (
    <Stack spacing={1}>
      {scope === 'EVENT' && (
        <Typography color="textSecondary">
          {competition === '' ? WORDS.board.noProviderTellsOfItAnyMore : competition}
          {startsAt === null ? '' : ` · ${moment(startsAt, brand)}`}
        </Typography>
      )}
      {pending.map(({ id, proposedBy, proposedAt, reason }) => (
        <Alert
          key={id}
          severity="info"
          action={
            <Button color="inherit" component={Link} to={`/approvals/${encodeURIComponent(id)}/show`}>
              {WORDS.common.review}
            </Button>
          }
        >
          {WORDS.board.proposedAChangeOn({ proposedBy, proposedAt: moment(proposedAt, brand), reason })}
        </Alert>
      ))}
    </Stack>
  );
}
