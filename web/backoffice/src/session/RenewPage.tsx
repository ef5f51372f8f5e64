/** Chooses a password by a link that was sent to one's address; the sign-in page sets up the second factor. */
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';

import { renew } from './session.ts';
import { StepForm } from './StepForm.tsx';
import { WORDS } from '../words/index.ts';

/** Where links lead; the token is in the fragment, which no server sees. */
export const RENEW_PATH = '/backoffice/renew';

export function RenewPage() {
  const [password, setPassword] = useState('');
  const token = window.location.hash.slice(1);
  return (
    <Stack component="main" sx={{ minHeight: '100vh', alignItems: 'center', justifyContent: 'center', padding: 2 }}>
      <Card sx={{ width: '100%', maxWidth: 420 }}>
        <CardContent>
          <Typography variant="overline" component="p">
            {WORDS.common.furlongBackOffice}
          </Typography>
          <Typography variant="h5" component="h1" gutterBottom>
            {WORDS.session.chooseAPassword}
          </Typography>
          <StepForm label={WORDS.session.continue} run={() => renew(token, password)} onDone={() => window.location.replace('/backoffice/')}>
            <TextField
              label={WORDS.session.newPassword}
              type="password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              autoComplete="new-password"
              margin="normal"
              fullWidth
              required
            />
          </StepForm>
        </CardContent>
      </Card>
    </Stack>
  );
}
