/** The consequence of a changed lobby, then the deed. */
import Send from '@mui/icons-material/Send';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { run } from '../graph/graph.ts';
import { messageOf } from '../session/session.ts';
import { PROPOSE_LOBBY } from '../graph/generated/operations.ts';

import type { ProposeLobbyInput } from '../graph/generated/operations.ts';

interface Props {
  readonly input: Omit<ProposeLobbyInput, 'reason'>;
  readonly disabled: boolean;
  readonly onProposed: () => void;
}

export function Proposing({ input, disabled, onProposed }: Props) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const notify = useNotify();

  async function propose() {
    setBusy(true);
    setProblem('');
    try {
      await run(PROPOSE_LOBBY, { input: { ...input, reason } });
      setReason('');
      notify('Submitted for approval', { type: 'success' });
      onProposed();
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Stack spacing={1} sx={{ maxWidth: 640 }}>
      <Alert severity="info" role="status" aria-label="Consequence">
        Someone else must approve it; until then customers see the lobby as before.
      </Alert>
      <TextField label="Reason" value={reason} onChange={(event) => setReason(event.target.value)} helperText="The approver sees it, and it is kept in the audit log." multiline />
      {problem !== '' && <Alert severity="error">{problem}</Alert>}
      <div>
        <Button variant="contained" startIcon={<Send />} disabled={disabled || isBusy || reason.trim() === ''} onClick={() => void propose()}>
          Propose the lobby
        </Button>
      </div>
    </Stack>
  );
}
