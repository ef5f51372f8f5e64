/** A customer's timeline, the newest first; who asks for them sees the messages that the entries come from. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import FormControlLabel from '@mui/material/FormControlLabel';
import Stack from '@mui/material/Stack';
import Switch from '@mui/material/Switch';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { Fragment, useEffect, useState } from 'react';

import { WhyButton } from './WhyButton.tsx';
import { Waiting } from '../components/Waiting.tsx';
import { run } from '../graph/graph.ts';
import { EmptyState } from '../look/EmptyState.tsx';
import { clockTime, dayAt, moment } from '../time/moments.ts';
import { messageOf } from '../session/session.ts';
import { TIMELINE } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { Timeline as Read, TimelineEntry, TimelinePart } from '../graph/generated/operations.ts';

/** Where there is no room for a column of its own, the message is below what happened. */
const WIDE = { display: { xs: 'none', md: 'table-cell' } } as const;
const NARROW = { display: { xs: 'block', md: 'none' } } as const;

interface Props {
  readonly id: string;
  readonly brand: string;
  /** Another number reads the timeline anew. */
  readonly version: number;
}

type Page = Read['timeline'];

/** Return what is known of an entry's message, in one line. */
function source(entry: TimelineEntry): string {
  if (entry.topic === null) return WORDS.support.noMessage;
  const place = entry.partition === null ? '' : WORDS.support.partitionOffset({ partition: entry.partition, offset: entry.offset ?? '' });
  return `${entry.topic}, ${entry.messageId ?? ''}${place}`;
}

const PARTS = [
  { part: null, name: WORDS.support.all },
  { part: 'BETS', name: WORDS.common.bets },
  { part: 'CHANGES', name: WORDS.common.changes },
  { part: 'PAYMENTS', name: WORDS.support.payments },
  { part: 'STAFF', name: WORDS.support.staff },
] as const satisfies readonly { part: TimelinePart | null; name: string }[];

async function readPage(customer: string, part: TimelinePart | null, after: string | null): Promise<Page> {
  return (await run(TIMELINE, { customer, part, after })).timeline;
}

/** Return the entries by the day on which they happened, in their order. */
function byDay(
  entries: readonly TimelineEntry[],
  brand: string,
): readonly { readonly day: string; readonly entries: readonly TimelineEntry[] }[] {
  const days: { day: string; entries: TimelineEntry[] }[] = [];
  for (const entry of entries) {
    const [day, last] = [dayAt(entry.at, brand), days.at(-1)];
    if (last?.day === day) last.entries.push(entry);
    else days.push({ day, entries: [entry] });
  }
  return days;
}

export function Timeline({ id, brand, version }: Props) {
  const [page, setPage] = useState<Page | null>(null);
  const [problem, setProblem] = useState('');
  const [hasMessages, setHasMessages] = useState(false);
  const [part, setPart] = useState<TimelinePart | null>(null);

  function refused(error: unknown) {
    setProblem(messageOf(error));
  }

  function readOlder(shown: Page) {
    readPage(id, part, shown.endCursor)
      .then((older) => setPage({ ...older, nodes: [...shown.nodes, ...older.nodes] }))
      .catch(refused);
  }

  useEffect(() => {
    let isLeft = false;
    readPage(id, part, null)
      .then((first) => {
        if (!isLeft) setPage(first);
      })
      .catch(refused);
    return () => {
      isLeft = true;
    };
  }, [id, part, version]);

  if (problem !== '' || page === null) return <Waiting problem={problem} />;
  const columns = hasMessages ? 5 : 3;
  return (
    <Box>
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center', marginBottom: 1 }}>
        <Typography component="h2" variant="h6">
          {WORDS.support.timeline}
        </Typography>
        <Stack direction="row" spacing={1} useFlexGap role="group" aria-label={WORDS.support.show} sx={{ flexWrap: 'wrap', flexGrow: 1 }}>
          {PARTS.map((one) => (
            <Chip
              key={one.name}
              label={one.name}
              color={one.part === part ? 'primary' : 'default'}
              variant={one.part === part ? 'filled' : 'outlined'}
              aria-pressed={one.part === part}
              onClick={() => setPart(one.part)}
            />
          ))}
        </Stack>
        <FormControlLabel
          sx={{ marginLeft: 0, gap: 1 }}
          control={<Switch size="small" checked={hasMessages} onChange={(event) => setHasMessages(event.target.checked)} />}
          label={WORDS.support.showSourceMessages}
        />
      </Stack>
      {page.nodes.length === 0 && <EmptyState why={part === null ? WORDS.support.nothingHasHappenedYet : WORDS.support.nothingOfThisKindHasHappened} />}
      <TableContainer tabIndex={0} aria-label={WORDS.support.timeline} role="region">
        <Table size="small" sx={{ '& td, & th': { paddingInline: { xs: 0.5, sm: 2 } } }}>
          <TableHead>
            <TableRow>
              <TableCell>{WORDS.support.time}</TableCell>
              <TableCell>{WORDS.common.what}</TableCell>
              {hasMessages && <TableCell sx={WIDE}>{WORDS.support.message}</TableCell>}
              {hasMessages && <TableCell sx={WIDE}>{WORDS.support.arrived}</TableCell>}
              <TableCell>
                <Box
                  component="span"
                  sx={{ position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' }}
                >
                  {WORDS.support.explanation}
                </Box>
              </TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {byDay(page.nodes, brand).map(({ day, entries }) => (
              <Fragment key={day}>
                <TableRow>
                  <TableCell component="th" scope="rowgroup" colSpan={columns} sx={{ fontWeight: 600, paddingTop: 2 }}>
                    {day}
                  </TableCell>
                </TableRow>
                {entries.map((entry) => (
                  <TableRow key={entry.id}>
                    <TableCell sx={{ whiteSpace: { md: 'nowrap' } }}>
                      <time dateTime={entry.at}>{clockTime(Date.parse(entry.at), brand)}</time>
                    </TableCell>
                    <TableCell sx={{ overflowWrap: 'anywhere', minWidth: 140 }}>
                      {entry.title}
                      {entry.waitsUntil !== null && (
                        <Typography variant="body2" color="textSecondary">
                          {WORDS.support.theUpstreamAskedToWaitUntil({ waitsUntil: moment(entry.waitsUntil, brand) })}
                        </Typography>
                      )}
                      {hasMessages && (
                        <Typography variant="body2" color="textSecondary" sx={NARROW}>
                          {source(entry)}
                        </Typography>
                      )}
                    </TableCell>
                    {hasMessages && (
                      <TableCell sx={{ ...WIDE, overflowWrap: 'anywhere' }}>
                        <Typography variant="body2" color="textSecondary">
                          {source(entry)}
                        </Typography>
                      </TableCell>
                    )}
                    {hasMessages && (
                      <TableCell sx={WIDE}>{entry.arrivedAt === null ? WORDS.support.notKept : moment(entry.arrivedAt, brand)}</TableCell>
                    )}
                    <TableCell>{entry.betId !== null && <WhyButton brand={brand} betId={entry.betId} />}</TableCell>
                  </TableRow>
                ))}
              </Fragment>
            ))}
          </TableBody>
        </Table>
      </TableContainer>
      {page.hasNextPage && <Button onClick={() => readOlder(page)}>{WORDS.support.loadMore}</Button>}
    </Box>
  );
}
