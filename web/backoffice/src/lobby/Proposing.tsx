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
import { WORDS } from '../words/index.ts';

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
      notify(WORDS.common.submittedForApproval, { type: 'success' });
      onProposed();
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Stack spacing={1} sx={{ maxWidth: 640 }}>
      <Alert severity="info" role="status" aria-label={WORDS.common.consequence}>
        {WORDS.lobby.someoneElseMustApproveIt}
      </Alert>
      <TextField label={WORDS.common.reason} value={reason} onChange={(event) => setReason(event.target.value)} helperText={WORDS.common.approverAndAuditLogSeeIt} multiline />
      {problem !== '' && <Alert severity="error">{problem}</Alert>}
      <div>
        <Button variant="contained" startIcon={<Send />} disabled={disabled || isBusy || reason.trim() === ''} onClick={() => void propose()}>
          {WORDS.lobby.proposeTheLobby}
        </Button>
      </div>
    </Stack>
  );
}
