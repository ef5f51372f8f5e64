/** Proposes to give a customer a reward as goodwill, within the week's budget. */
import Redeem from '@mui/icons-material/Redeem';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { FormDialog } from '../components/FormDialog.tsx';
import { run } from '../graph/graph.ts';
import { money, word } from '../money/amounts.ts';
import { messageOf } from '../session/session.ts';
import { GIVE_GOODWILL, READ_GOODWILL } from '../graph/generated/operations.ts';
import { weekCell } from '../time/weeks.ts';
import { rewardName } from '../frame/names.ts';

import type { GoodwillCause, GoodwillOffer } from '../graph/generated/operations.ts';

interface Props {
  readonly customer: string;
  readonly onDone: () => void;
}

export function GoodwillButton({ customer, onDone }: Props) {
  const [offer, setOffer] = useState<GoodwillOffer | null>(null);
  const [open, setOpen] = useState(false);
  const [reward, setReward] = useState('');
  const [cause, setCause] = useState<GoodwillCause | ''>('');
  const [reason, setReason] = useState('');
  const notify = useNotify();
  const brand = customer.split(':')[0] ?? '';

  async function show() {
    try {
      const { goodwillOffer } = await run(READ_GOODWILL, { customer });
      setOffer(goodwillOffer);
      setReward('');
      setOpen(true);
    } catch (error) {
      notify(messageOf(error), { type: 'error' });
    }
  }

  async function submit() {
    if (cause === '') return;
    await run(GIVE_GOODWILL, { input: { customer, reward, cause, reason } });
    setOpen(false);
    setReason('');
    notify('Submitted for approval', { type: 'success' });
    onDone();
  }

  return (
    <>
      <Button startIcon={<Redeem />} onClick={() => void show()}>
        Give goodwill
      </Button>
      {offer !== null && (
        <FormDialog title="Give goodwill" label="Propose" open={open} onClose={() => setOpen(false)} onSubmit={submit}>
          {offer.refusal === null ? (
            <Typography>
              {weekCell(offer.isoWeek)}: {money(offer.leftMinor, offer.currency)} left for this customer and you.
            </Typography>
          ) : (
            <Alert severity="warning">{offer.refusal}</Alert>
          )}
          <TextField
            label="Reward"
            value={reward}
            onChange={(event) => setReward(event.target.value)}
            helperText={offer.rewards.length === 0 ? 'The catalogue has none for this customer.' : undefined}
            margin="normal"
            select
            fullWidth
            required
          >
            {offer.rewards.map((one) => (
              <MenuItem key={one.id} value={one.id} disabled={one.valueMinor > offer.leftMinor}>
                {rewardName(brand, one.rewardId)}: {word(one.kind).toLowerCase()} of {money(one.valueMinor, one.currency)}
              </MenuItem>
            ))}
          </TextField>
          <TextField label="Cause" value={cause} onChange={(event) => setCause(event.target.value as GoodwillCause)} margin="normal" select fullWidth required>
            {offer.causes.map((one) => (
              <MenuItem key={one.cause} value={one.cause}>
                {one.words}
              </MenuItem>
            ))}
          </TextField>
          <TextField
            label="Explanation"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            helperText="The approver, the timeline and the audit log show it."
            slotProps={{ htmlInput: { maxLength: 500 } }}
            margin="normal"
            fullWidth
            required
            multiline
          />
        </FormDialog>
      )}
    </>
  );
}
