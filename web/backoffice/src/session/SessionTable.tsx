/** Open sessions of one account, each of which can be ended. */
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';

import { ChangeButton } from '../components/ChangeButton.tsx';
import { moment } from '../time/moments.ts';
import { run } from '../graph/graph.ts';
import { END_SESSION } from '../graph/generated/operations.ts';

import type { OpenSession } from '../graph/generated/operations.ts';

interface Props {
  readonly sessions: readonly OpenSession[];
  readonly onEnded: () => void;
}

export function SessionTable({ sessions, onEnded }: Props) {
  if (sessions.length === 0) return <Typography color="textSecondary">None is open.</Typography>;
  return (
    <TableContainer tabIndex={0} role="region" aria-label="Open sessions">
      <Table size="small" aria-label="Open sessions">
        <TableHead>
          <TableRow>
            <TableCell>Last seen</TableCell>
            <TableCell>Address</TableCell>
            <TableCell>Browser</TableCell>
            <TableCell>Change</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {sessions.map((one) => (
            <TableRow key={one.id}>
              <TableCell>{moment(one.seenAt, null)}</TableCell>
              <TableCell>{one.address}</TableCell>
              <TableCell sx={{ overflowWrap: 'anywhere' }}>{one.userAgent}</TableCell>
              <TableCell>
                {one.current ? (
                  'this one'
                ) : (
                  <ChangeButton
                    label="End"
                    question="Whoever uses this session has to sign in again."
                    change={() => run(END_SESSION, { id: one.id })}
                    color="error"
                    onSettled={onEnded}
                  />
                )}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}
