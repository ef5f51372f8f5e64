/** Proposes a version for another person's approval. */
import Send from '@mui/icons-material/Send';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { useNavigate } from 'react-router-dom';

import { FormDialog } from '../components/FormDialog.tsx';
import { SAVED } from '../components/leaving.ts';
import { run } from '../graph/graph.ts';
import { PROPOSE_SCHEME } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { SchemeInput } from '../graph/generated/operations.ts';

interface Props {
  readonly brand: string;
  readonly scheme: SchemeInput;
  /** What would count, as sentences. */
  readonly consequence: string;
  readonly disabled: boolean;
}

export function ProposeButton({ brand, scheme, consequence, disabled }: Props) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const notify = useNotify();
  const navigate = useNavigate();

  async function submit() {
    await run(PROPOSE_SCHEME, { input: { brand, scheme, reason } });
    notify(WORDS.rules.theVersionIsProposed, { type: 'success' });
    await navigate(`/schemes?brand=${encodeURIComponent(brand)}`, { state: SAVED });
  }

  return (
    <div>
      <Button variant="contained" startIcon={<Send />} disabled={disabled} onClick={() => setOpen(true)}>
        {WORDS.rules.proposeIt}
      </Button>
      <FormDialog title={WORDS.rules.proposeThisVersion} open={open} label={WORDS.common.propose} onClose={() => setOpen(false)} onSubmit={submit}>
        <Typography>{consequence}</Typography>
        <TextField
          label={WORDS.common.reason}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          helperText={WORDS.common.approverAndAuditLogSeeIt}
          margin="normal"
          fullWidth
          required
          multiline
        />
      </FormDialog>
    </div>
  );
}
