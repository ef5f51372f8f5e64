/** The field for a code of the authenticator, or a recovery code. */
import TextField from '@mui/material/TextField';

import { WORDS } from '../words/index.ts';

interface Props {
  readonly code: string;
  readonly onChange: (code: string) => void;
  readonly problem?: string;
  /** Whether the authenticator is being set up, so that there are no recovery codes yet. */
  readonly isFirst?: boolean;
}

export function CodeField({ code, onChange, problem = '', isFirst = false }: Props) {
  return (
    <TextField
      label={WORDS.session.code}
      name="code"
      value={code}
      onChange={(event) => onChange(event.target.value.trim())}
      error={problem !== ''}
      helperText={problem || (isFirst ? WORDS.session.sixDigitsOnly : WORDS.session.sixDigitsFromYour)}
      autoComplete="one-time-code"
      slotProps={{
        htmlInput: { inputMode: 'text', maxLength: 40 },
        formHelperText: problem === '' ? {} : { role: 'alert' },
      }}
      margin="normal"
      fullWidth
      required
    />
  );
}
