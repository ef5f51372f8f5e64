/** What differs between two revisions, side by side: removed words on the left, added ones on the right. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { Failed } from '../../components/Waiting.tsx';
import { inWords } from '../document.ts';
import { inWord } from '../key.ts';
import { seenBefore } from './earlier.ts';
import { useRevisions } from './useRevisions.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { CONTENT_DIFF } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { ContentChange, ContentItem, ContentRevision } from '../../graph/generated/operations.ts';

interface Span {
  readonly kind: 'SAME' | 'REMOVED' | 'ADDED';
  readonly text: string;
}

const NOTHING = 0;

export function RevisionDiff({ item }: { readonly item: ContentItem }) {
  const { brand, rewardId, configVersion } = item;
  const { revisions: read, problem: unread } = useRevisions(item);
  const revisions = read ?? [];
  const [after, setAfter] = useState((item.open ?? item.published)?.revision ?? NOTHING);
  const [chosen, setBefore] = useState<number | null>(null);
  const before = chosen ?? seenBefore(revisions, after)?.revision ?? NOTHING;
  const { data, problem } = useGraph(
    CONTENT_DIFF,
    after === NOTHING || read === null ? null : { brand, rewardId, configVersion, after, before: before === NOTHING ? null : before },
  );
  return (
    <Stack spacing={2} sx={{ paddingTop: 2 }}>
      <Stack direction={{ xs: 'column', sm: 'row' }} spacing={2}>
        <RevisionSelect label={WORDS.common.before} value={before} revisions={revisions} onChange={setBefore} orNothing />
        <RevisionSelect label={WORDS.common.after} value={after} revisions={revisions} onChange={setAfter} />
      </Stack>
      {(problem || unread) !== '' && <Failed problem={problem || unread} />}
      {data?.contentDiff.length === 0 && <Alert severity="info">{WORDS.content.thereAreNoDifferences}</Alert>}
      {data !== null && data.contentDiff.length > 0 && <Changes changes={data.contentDiff} />}
    </Stack>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: number;
  readonly revisions: readonly ContentRevision[];
  readonly onChange: (revision: number) => void;
  readonly orNothing?: boolean;
}

function RevisionSelect({ label, value, revisions, onChange, orNothing = false }: SelectProps) {
  const known = revisions.some(({ revision }) => revision === value) || value === NOTHING;
  return (
    <TextField select label={label} value={known ? value : ''} onChange={(event) => onChange(Number(event.target.value))} sx={{ minWidth: 240 }}>
      {orNothing && <MenuItem value={NOTHING}>{WORDS.common.nothing}</MenuItem>}
      {revisions.map(({ revision, state }) => (
        <MenuItem key={revision} value={revision}>
          {WORDS.content.revisionRevisionState({ revision, state: inWord(state).toLowerCase() })}
        </MenuItem>
      ))}
    </TextField>
  );
}

export function Changes({ changes }: { readonly changes: readonly ContentChange[] }) {
  return (
    <TableContainer tabIndex={0} role="region" aria-label={WORDS.content.differences}>
      <Table size="small" aria-label={WORDS.content.differences} sx={{ tableLayout: 'fixed', '& th, & td': { paddingInline: { xs: 1, sm: 2 } } }}>
        <TableHead>
          <TableRow>
            <TableCell sx={{ inlineSize: { xs: '88px', sm: '18%' } }}>{WORDS.common.field}</TableCell>
            <TableCell>{WORDS.common.before}</TableCell>
            <TableCell>{WORDS.common.after}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {changes.map(({ path, spans }) => (
            <TableRow key={path}>
              <TableCell component="th" scope="row">
                {inWords(path)}
              </TableCell>
              <Side spans={spans} leaving="ADDED" />
              <Side spans={spans} leaving="REMOVED" />
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

const MARKED = { REMOVED: 'del', ADDED: 'ins' } as const;
const COLORS = { REMOVED: 'error.main', ADDED: 'success.main' } as const;

/** One of the two texts, with the words marked that the other one lacks. */
function Side({ spans, leaving }: { readonly spans: readonly Span[]; readonly leaving: Span['kind'] }) {
  return (
    <TableCell sx={{ verticalAlign: 'top', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      <bdi>
        {spans
          .filter(({ kind }) => kind !== leaving)
          .map(({ kind, text }, index) =>
            kind === 'SAME' ? (
              <span key={index}>{text}</span>
            ) : (
              <Box key={index} component={MARKED[kind]} sx={{ fontWeight: 'bold', borderBottom: 2, borderColor: COLORS[kind] }}>
                {text}
              </Box>
            ),
          )}
      </bdi>
    </TableCell>
  );
}
