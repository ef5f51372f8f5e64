/** Says why a bet counted or did not, in a sentence that can be read aloud, with the facts below it. */
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useId, useState } from 'react';
import { useNotify } from 'react-admin';

import { MessageOfBet } from './MessageOfBet.tsx';
import { run } from '../graph/graph.ts';
import { messageOf } from '../session/session.ts';
import { WHY } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { Explanation } from '../graph/generated/operations.ts';

interface Props {
  readonly brand: string;
  readonly betId: string;
}

export function WhyButton({ brand, betId }: Props) {
  const [open, setOpen] = useState(false);
  const [why, setWhy] = useState<Explanation | null>(null);
  const notify = useNotify();
  const title = useId();

  async function explain() {
    try {
      setWhy((await run(WHY, { brand, betId })).betExplanation);
      setOpen(true);
    } catch (error) {
      notify(messageOf(error), { type: 'error' });
    }
  }

  return (
    <>
      <Button size="small" onClick={() => void explain()} aria-label={WORDS.support.whyBet({ betId })}>
        {WORDS.support.why}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} aria-labelledby={title} fullWidth maxWidth="sm">
        <DialogTitle id={title}>{why?.counted === true ? WORDS.support.whyThisBetCounted : WORDS.support.whyThisBetDidNotCount}</DialogTitle>
        <DialogContent>
          <Typography sx={{ fontSize: '1.15rem', marginBottom: 2 }}>{why?.sentence}</Typography>
          <Table size="small" aria-label={WORDS.support.facts}>
            <TableBody>
              {why?.facts.map((fact) => (
                <TableRow key={fact.label}>
                  <TableCell component="th" scope="row">
                    {fact.label}
                  </TableCell>
                  <TableCell>{fact.value}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
          <MessageOfBet brand={brand} betId={betId} />
        </DialogContent>
        <DialogActions>
          <Button onClick={() => setOpen(false)}>{WORDS.common.close}</Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
