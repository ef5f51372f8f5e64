/** The field for a code of the authenticator, or a recovery code. */
import TextField from '@mui/material/TextField';

import { WORDS } from '../words/index.ts';

interface Props {
  readonly code: string;
  readonly onChange: (code: string) => void;
  readonly problem?: string;
}

export function CodeField({ code, onChange, problem = '' }: Props) {
  return (
    <TextField
      label={WORDS.session.code}
      name="code"
      value={code}
      onChange={(event) => onChange(event.target.value.trim())}
      error={problem !== ''}
      helperText={problem || WORDS.session.sixDigitsFromYour}
      autoComplete="one-time-code"
      slotProps={{ htmlInput: { inputMode: 'text', maxLength: 40 } }}
      margin="normal"
      fullWidth
      required
    />
  );
}
