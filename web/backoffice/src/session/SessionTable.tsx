/** Open sessions of one account, each of which can be ended. */
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';

import { browserName } from './browsers.ts';
import { ChangeButton } from '../components/ChangeButton.tsx';
import { moment } from '../time/moments.ts';
import { run } from '../graph/graph.ts';
import { END_SESSION } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { OpenSession } from '../graph/generated/operations.ts';

interface Props {
  readonly sessions: readonly OpenSession[];
  readonly onEnded: () => void;
}

export function SessionTable({ sessions, onEnded }: Props) {
  if (sessions.length === 0) return <Typography color="textSecondary">{WORDS.session.noneIsOpen}</Typography>;
  return (
    <TableContainer tabIndex={0} role="region" aria-label={WORDS.common.openSessions}>
      <Table size="small" aria-label={WORDS.common.openSessions}>
        <TableHead>
          <TableRow>
            <TableCell>{WORDS.session.lastSeen}</TableCell>
            <TableCell>{WORDS.common.address}</TableCell>
            <TableCell>{WORDS.session.browser}</TableCell>
            <TableCell>{WORDS.common.change}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {sessions.map((one) => (
            <TableRow key={one.id}>
              <TableCell>{moment(one.seenAt, null)}</TableCell>
              <TableCell>{one.address}</TableCell>
              <TableCell sx={{ overflowWrap: 'anywhere' }} title={one.userAgent}>
                {browserName(one.userAgent)}
              </TableCell>
              <TableCell>
                {one.current ? (
                  WORDS.session.thisOne
                ) : (
                  <ChangeButton
                    label={WORDS.common.end}
                    done={WORDS.common.deedDone.sessionEnded}
                    question={WORDS.session.whoeverUsesSessionSign}
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
