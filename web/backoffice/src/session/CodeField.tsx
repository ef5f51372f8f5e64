/** The field for a code of the authenticator, or a recovery code. */
import TextField from '@mui/material/TextField';

interface Props {
  readonly code: string;
  readonly onChange: (code: string) => void;
  readonly problem?: string;
}

export function CodeField({ code, onChange, problem = '' }: Props) {
  return (
    <TextField
      label="Code"
      name="code"
      value={code}
      onChange={(event) => onChange(event.target.value.trim())}
      error={problem !== ''}
      helperText={problem || 'Six digits from your authenticator, or a recovery code.'}
      autoComplete="one-time-code"
      slotProps={{ htmlInput: { inputMode: 'text', maxLength: 40 } }}
      margin="normal"
      fullWidth
      required
    />
  );
}
