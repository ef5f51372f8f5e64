/** A customer's timeline, the newest first; who asks for them sees the messages that the entries come from. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useEffect, useState } from 'react';

import { WhyButton } from './WhyButton.tsx';
import { Waiting } from '../components/Waiting.tsx';
import { run } from '../graph/graph.ts';
import { moment } from '../time/moments.ts';
import { messageOf } from '../session/session.ts';
import { TIMELINE } from '../graph/generated/operations.ts';

import type { Timeline as Read, TimelineEntry } from '../graph/generated/operations.ts';

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
  if (entry.topic === null) return 'no message';
  const place = entry.partition === null ? '' : `, partition ${entry.partition} offset ${entry.offset ?? ''}`;
  return `${entry.topic}, ${entry.messageId ?? ''}${place}`;
}

async function readPage(customer: string, after: string | null): Promise<Page> {
  return (await run(TIMELINE, { customer, after })).timeline;
}

export function Timeline({ id, brand, version }: Props) {
  const [page, setPage] = useState<Page | null>(null);
  const [problem, setProblem] = useState('');
  const [hasMessages, setHasMessages] = useState(false);

  function refused(error: unknown) {
    setProblem(messageOf(error));
  }

  function readOlder(shown: Page) {
    readPage(id, shown.endCursor)
      .then((older) => setPage({ ...older, nodes: [...shown.nodes, ...older.nodes] }))
      .catch(refused);
  }

  useEffect(() => {
    readPage(id, null).then(setPage).catch(refused);
  }, [id, version]);

  if (problem !== '' || page === null) return <Waiting problem={problem} />;
  return (
    <Box>
      <FormControlLabel
        sx={{ marginLeft: 0, gap: 1 }}
        control={<Switch size="small" checked={hasMessages} onChange={(event) => setHasMessages(event.target.checked)} />}
        label="Show source messages"
      />
      <TableContainer tabIndex={0} aria-label="Timeline" role="region">
        <Table size="small">
          <TableHead>
            <TableRow>
              <TableCell>When</TableCell>
              <TableCell>What</TableCell>
              {hasMessages && <TableCell sx={WIDE}>Message</TableCell>}
              {hasMessages && <TableCell sx={WIDE}>Arrived</TableCell>}
              <TableCell>
                <Box component="span" sx={{ position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' }}>
                  Explanation
                </Box>
              </TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {page.nodes.map((entry) => (
              <TableRow key={entry.id}>
                <TableCell sx={{ whiteSpace: { md: 'nowrap' } }}>{moment(entry.at, brand)}</TableCell>
                <TableCell sx={{ overflowWrap: 'anywhere', minWidth: 180 }}>
                  {entry.title}
                  {entry.waitsUntil !== null && (
                    <Typography variant="body2" color="textSecondary">
                      The upstream asked to wait until {moment(entry.waitsUntil, brand)}.
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
                  <TableCell sx={WIDE}>{entry.arrivedAt === null ? 'not kept' : moment(entry.arrivedAt, brand)}</TableCell>
                )}
                <TableCell>{entry.betId !== null && <WhyButton brand={brand} betId={entry.betId} />}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </TableContainer>
      {page.hasNextPage && <Button onClick={() => readOlder(page)}>Older</Button>}
    </Box>
  );
}
