/** Two events side by side: what each of their providers says, and what differs. */
import Stack from '@mui/material/Stack';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';

import { facts } from './words.ts';
import { moment } from '../time/moments.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { WORDS } from '../words/index.ts';

import type { Candidate, WaitingMatch } from '../graph/generated/operations.ts';

const CELL = { overflowWrap: 'break-word', verticalAlign: 'top', paddingInline: 1 } as const;
const FIRST = { ...CELL, width: '34%', paddingLeft: 0, color: 'text.secondary' } as const;

interface Props {
  readonly match: WaitingMatch;
  readonly candidate: Candidate;
}

/** A time that may stand on several lines: the columns are narrow on a phone. */
function breakable(at: string): string {
  return moment(at, null).replaceAll('\u00a0', ' ');
}

function providers({ offers }: Pick<WaitingMatch, 'offers'>): string {
  return offers.map(({ provider }) => provider).join(', ');
}

export function Comparison({ match, candidate }: Props) {
  const label = WORDS.events.whatDiffers;
  return (
    <TableContainer tabIndex={0} role="region" aria-label={label}>
      <Table size="small" aria-label={label} sx={{ tableLayout: 'fixed', minWidth: 280 }}>
        <TableHead>
          <TableRow>
            <TableCell sx={FIRST} />
            <TableCell sx={CELL}>{WORDS.events.waits({ match: providers(match) })}</TableCell>
            <TableCell sx={CELL}>{WORDS.events.event({ candidate: providers(candidate) })}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {facts(match, candidate, breakable).map(({ head, sides, differs }) => (
            <TableRow key={head}>
              <TableCell component="th" scope="row" sx={FIRST}>
                <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
                  {head}
                  {differs && <ToneChip tone="warning" label={WORDS.events.differs} />}
                </Stack>
              </TableCell>
              {sides.map((values, side) => (
                <TableCell key={side === 0 ? 'waits' : 'event'} sx={{ ...CELL, fontWeight: differs ? 600 : 400 }}>
                  {values.map((value) => (
                    <div key={value}>{value}</div>
                  ))}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}
