/** Schedules the approved revision for a local time of the brand. */
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import Schedule from '@mui/icons-material/Schedule';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { stepInput } from './stepInput.ts';
import { FormDialog } from '../../components/FormDialog.tsx';
import { run } from '../../graph/graph.ts';
import { Refusal } from '../../session/session.ts';
import { zoneName } from '../../time/moments.ts';
import { SCHEDULE_CONTENT } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { ClockOccurrence, ContentItem } from '../../graph/generated/operations.ts';

interface Props {
  readonly item: ContentItem;
  readonly timeZone: string;
  readonly onDone: () => void;
}

export function ScheduleButton({ item, timeZone, onDone }: Props) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState('');
  const [twice, setTwice] = useState(false);
  const [occurrence, setOccurrence] = useState<ClockOccurrence | null>(null);
  const notify = useNotify();

  function change(value: string) {
    setAt(value);
    setTwice(false);
    setOccurrence(null);
  }

  async function submit() {
    try {
      await run(SCHEDULE_CONTENT, { input: { ...stepInput(item), at, occurrence } });
    } catch (error) {
      if (error instanceof Refusal && error.message.includes('EARLIER')) setTwice(true);
      throw error;
    }
    setOpen(false);
    notify(WORDS.content.itIsScheduled, { type: 'success' });
    onDone();
  }

  return (
    <>
      <Button startIcon={<Schedule />} onClick={() => setOpen(true)}>
        {WORDS.content.schedule}
      </Button>
      <FormDialog title={WORDS.content.schedule} open={open} label={WORDS.content.schedule} onClose={() => setOpen(false)} onSubmit={submit}>
        <TextField
          label={zoneName(timeZone)}
          type="datetime-local"
          value={at}
          onChange={(event) => change(event.target.value)}
          helperText={WORDS.content.timeWhateverYourOwnTime}
          margin="normal"
          fullWidth
          required
          slotProps={{ inputLabel: { shrink: true } }}
        />
        {twice && (
          <>
            <Alert severity="info">{WORDS.content.clocksGoBackNightSoTime({ at: at.slice(11) })}</Alert>
            <RadioGroup aria-label={WORDS.content.whichTime} value={occurrence} onChange={(_, value) => setOccurrence(value as ClockOccurrence)}>
              <FormControlLabel value="EARLIER" control={<Radio />} label={WORDS.common.theEarlierOneInSummerTime} />
              <FormControlLabel value="LATER" control={<Radio />} label={WORDS.common.theLaterOneInWinterTime} />
            </RadioGroup>
          </>
        )}
      </FormDialog>
    </>
  );
}
