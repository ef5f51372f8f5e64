/** The colours of a theme: each token on light and on dark pages, the widget's own or the brand's. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';

import { DataRows } from '../page/DataRows.tsx';

import type { Token } from '../../graph/generated/operations.ts';

interface Props {
  readonly theme: readonly Token[];
  readonly disabled: boolean;
  readonly onChange: (theme: readonly Token[]) => void;
}

export function ThemeTokens({ theme, disabled, onChange }: Props) {
  function replace(token: string, change: Partial<Token>) {
    onChange(theme.map((each) => (each.token === token ? { ...each, isOwn: true, ...change } : each)));
  }
  return (
    <Box>
      <Typography variant="h6" component="h3" gutterBottom>
        Theme of the widget
      </Typography>
      <DataRows
        label="Colours of the theme"
        rows={theme}
        id={({ token }) => token}
        nothing="The widget has no colours."
        columns={[
          { head: 'Token', cell: ({ token }) => <code>--club-{token}</code> },
          { head: 'On light pages', cell: (each) => <Colour of={each} scheme="light" disabled={disabled} onChange={replace} /> },
          { head: 'On dark pages', cell: (each) => <Colour of={each} scheme="dark" disabled={disabled} onChange={replace} /> },
          {
            head: 'Source',
            cell: ({ token, isOwn }) =>
              isOwn && !disabled ? (
                <Button size="small" onClick={() => replace(token, { isOwn: false })} aria-label={`Use the widget’s ${token}`}>
                  Use the widget’s
                </Button>
              ) : (
                <span>{isOwn ? 'the brand’s' : 'the widget’s'}</span>
              ),
          },
        ]}
      />
    </Box>
  );
}

interface ColourProps {
  readonly of: Token;
  readonly scheme: 'light' | 'dark';
  readonly disabled: boolean;
  readonly onChange: (token: string, change: Partial<Token>) => void;
}

function Colour({ of, scheme, disabled, onChange }: ColourProps) {
  const value = of[scheme];
  return (
    <Stack direction="row" spacing={1} sx={{ alignItems: 'center' }}>
      <Box
        aria-hidden
        sx={{ width: 28, height: 28, flex: 'none', border: '1px solid', borderColor: 'text.secondary', borderRadius: 1 }}
        style={{ background: value }}
      />
      <TextField
        size="small"
        hiddenLabel
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(of.token, { [scheme]: event.target.value.trim() })}
        slotProps={{ htmlInput: { 'aria-label': `${of.token} on ${scheme} pages`, spellCheck: false } }}
        sx={{ width: 120 }}
      />
    </Stack>
  );
}
