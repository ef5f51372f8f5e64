/** Shows the second of two editors what the first one has changed, and lets them choose: nothing is overwritten. */
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogContentText from '@mui/material/DialogContentText';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useId, useState } from 'react';

import { inWords, type Conflict } from '../document.ts';
import { WORDS } from '../../words/index.ts';

interface Props {
  readonly by: string;
  readonly conflicts: readonly Conflict[];
  readonly onCancel: () => void;
  readonly onResolve: (takeTheirs: ReadonlySet<string>) => void;
}

type Choice = 'theirs' | 'mine';

export function StaleDialog({ by, conflicts, onCancel, onResolve }: Props) {
  const title = useId();
  const [chosen, setChosen] = useState<Readonly<Record<string, Choice>>>(() =>
    Object.fromEntries(conflicts.flatMap(({ path, follows }) => (follows === null ? [] : [[path, follows]]))),
  );
  const undecided = conflicts.filter(({ path }) => chosen[path] === undefined).length;
  const theirs = new Set(conflicts.filter(({ path }) => chosen[path] === 'theirs').map(({ path }) => path));
  return (
    <Dialog open onClose={onCancel} aria-labelledby={title} fullWidth maxWidth="lg">
      <DialogTitle id={title}>{WORDS.content.changedMeanwhile({ by })}</DialogTitle>
      <DialogContent>
        <DialogContentText>
          {conflicts.length === 0 ? WORDS.content.nothingWasStored : WORDS.content.nothingStoredChooseText}
        </DialogContentText>
        {conflicts.length > 0 && (
          <Table size="small">
            <TableHead>
              <TableRow>
                <TableCell>{WORDS.common.field}</TableCell>
                <TableCell>{WORDS.common.before}</TableCell>
                <TableCell>{by}</TableCell>
                <TableCell>{WORDS.content.you}</TableCell>
                <TableCell>{WORDS.content.keep}</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {conflicts.map((one) => (
                <Row key={one.path} conflict={one} chosen={chosen[one.path]} onChoose={(value) => setChosen({ ...chosen, [one.path]: value })} />
              ))}
            </TableBody>
          </Table>
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={onCancel}>{WORDS.common.back}</Button>
        <Button variant="contained" disabled={undecided > 0} onClick={() => onResolve(theirs)}>
          {undecided > 0 ? WORDS.content.toDecide({ undecided }) : WORDS.content.useThisText}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

interface RowProps {
  readonly conflict: Conflict;
  readonly chosen: Choice | undefined;
  readonly onChoose: (choice: Choice) => void;
}

function Row({ conflict, chosen, onChoose }: RowProps) {
  const { path, base, theirs, mine } = conflict;
  const label = inWords(path);
  return (
    <TableRow>
      <TableCell component="th" scope="row">
        {label}
      </TableCell>
      {[base, theirs, mine].map((text, index) => (
        <TableCell key={index} sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          <bdi>{text === '' ? '–' : text}</bdi>
        </TableCell>
      ))}
      <TableCell>
        <RadioGroup aria-label={label} value={chosen ?? null} onChange={(_, value) => onChoose(value as Choice)}>
          <FormControlLabel value="theirs" control={<Radio size="small" />} label={WORDS.content.theirs} />
          <FormControlLabel value="mine" control={<Radio size="small" />} label={WORDS.content.mine} />
        </RadioGroup>
      </TableCell>
    </TableRow>
  );
}
