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
import { WORDS } from '../words/index.ts';

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
  const chosen = offer?.rewards.find(({ id }) => id === reward);

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
    notify(WORDS.common.submittedForApproval, { type: 'success' });
    onDone();
  }

  return (
    <>
      <Button startIcon={<Redeem />} onClick={() => void show()}>
        {WORDS.support.giveGoodwill}
      </Button>
      {offer !== null && (
        <FormDialog title={WORDS.support.giveGoodwill} label={chosen === undefined ? WORDS.common.propose : WORDS.common.proposeAmount({ amount: money(chosen.valueMinor, chosen.currency) })} open={open} disabled={offer.refusal !== null} onClose={() => setOpen(false)} onSubmit={submit}>
          {offer.refusal === null ? (
            <>
              <Typography>
                {WORDS.support.leftForThisCustomerAndYou({ week: weekCell(offer.isoWeek), left: money(offer.leftMinor, offer.currency) })}
              </Typography>
              <TextField
                label={WORDS.common.reward}
                value={reward}
                onChange={(event) => setReward(event.target.value)}
                helperText={offer.rewards.length === 0 ? WORDS.support.catalogueNoneCustomer : undefined}
                margin="normal"
                select
                fullWidth
                required
              >
                {offer.rewards.map((one) => (
                  <MenuItem key={one.id} value={one.id} disabled={one.valueMinor > offer.leftMinor}>
                    {WORDS.support.rewardKindOfValue({ reward: rewardName(brand, one.rewardId), kind: word(one.kind).toLowerCase(), value: money(one.valueMinor, one.currency) })}
                  </MenuItem>
                ))}
              </TextField>
              <TextField label={WORDS.support.cause} value={cause} onChange={(event) => setCause(event.target.value as GoodwillCause)} margin="normal" select fullWidth required>
                {offer.causes.map((one) => (
                  <MenuItem key={one.cause} value={one.cause}>
                    {one.words}
                  </MenuItem>
                ))}
              </TextField>
              <TextField
                label={WORDS.support.explanation}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
                helperText={WORDS.support.approverTimelineAuditLog}
                slotProps={{ htmlInput: { maxLength: 500 } }}
                margin="normal"
                fullWidth
                required
                multiline
              />
            </>
          ) : (
            <Alert severity="warning">{offer.refusal}</Alert>
          )}
        </FormDialog>
      )}
    </>
  );
}
