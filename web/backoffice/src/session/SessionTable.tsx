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

export interface OpenSession {
  readonly id: string;
  readonly seenAt: string;
  readonly address: string;
  readonly userAgent: string;
  readonly current: boolean;
}

export const SESSION = 'id seenAt address userAgent current';
const END = 'mutation End($id: ID!) { endSession(id: $id) { id } }';

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
                    mutation={END}
                    variables={() => ({ id: one.id })}
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
