/** The frame of a form whose content another person approves: what the server finds wrong, and the reason. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import { useNotify } from 'react-admin';

import { FormDialog } from '../../components/FormDialog.tsx';
import { WORDS } from '../../words/index.ts';

export interface Problem {
  readonly path: string;
  readonly message: string;
}

interface Props {
  readonly title: string;
  readonly label: string;
  /** What has to be completed before anything is proposed; empty if nothing. */
  readonly incomplete: string;
  /** Why the server could not check it; empty if it could. */
  readonly unchecked: string;
  readonly problems: readonly Problem[];
  /** The fields that show their problems themselves. */
  readonly own?: readonly string[];
  readonly children: ReactNode;
  readonly propose: (reason: string) => Promise<unknown>;
  readonly onDone: () => void;
}

export function ProposeForm({ title, label, incomplete, unchecked, problems, own = [], children, propose, onDone }: Props) {
  const notify = useNotify();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');

  async function submit() {
    await propose(reason);
    setAsking(false);
    setReason('');
    notify(WORDS.providers.proposedAnotherPerson, { type: 'success' });
    onDone();
  }

  return (
    <Box>
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { xs: '1fr', md: '1fr 1fr', lg: '1fr 1fr 1fr' }, marginBottom: 2 }}>{children}</Box>
      {incomplete !== '' && <Alert severity="info">{incomplete}</Alert>}
      {unchecked !== '' && <Alert severity="error">{unchecked}</Alert>}
      {problems
        .filter(({ path }) => !own.includes(path))
        .map(({ path, message }) => (
          <Alert key={`${path} ${message}`} severity="error" role="status" sx={{ marginBottom: 1 }}>
            {path === '' ? message : `${path}: ${message}`}
          </Alert>
        ))}
      <Button variant="contained" disabled={incomplete !== '' || problems.length > 0} onClick={() => setAsking(true)} sx={{ marginTop: 1 }}>
        {label}
      </Button>
      <FormDialog title={title} open={asking} label={WORDS.common.propose} onClose={() => setAsking(false)} onSubmit={submit}>
        <TextField
          label={WORDS.common.reason}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          helperText={WORDS.providers.approverNodesAuditLogShow}
          margin="normal"
          required
          fullWidth
          multiline
        />
      </FormDialog>
    </Box>
  );
}
