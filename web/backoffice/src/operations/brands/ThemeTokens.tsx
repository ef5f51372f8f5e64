/** The colours of a theme: each token on light and on dark pages, the widget's own or the brand's. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';

import { DataRows } from '../page/DataRows.tsx';
import { WORDS } from '../../words/index.ts';

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
        {WORDS.brands.themeOfTheWidget}
      </Typography>
      <DataRows
        label={WORDS.brands.coloursOfTheTheme}
        rows={theme}
        id={({ token }) => token}
        nothing={WORDS.brands.theWidgetHasNoColours}
        columns={[
          { head: WORDS.brands.token, cell: ({ token }) => <code>--club-{token}</code> },
          { head: WORDS.brands.onLightPages, cell: (each) => <Colour of={each} scheme="light" disabled={disabled} onChange={replace} /> },
          { head: WORDS.brands.onDarkPages, cell: (each) => <Colour of={each} scheme="dark" disabled={disabled} onChange={replace} /> },
          {
            head: WORDS.brands.source,
            cell: ({ token, isOwn }) =>
              isOwn && !disabled ? (
                <Button size="small" onClick={() => replace(token, { isOwn: false })} aria-label={WORDS.brands.useTheWidgets({ token })}>
                  {WORDS.brands.useWidgets}
                </Button>
              ) : (
                <span>{isOwn ? WORDS.brands.theBrands : WORDS.brands.theWidgets}</span>
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
        slotProps={{ htmlInput: { 'aria-label': WORDS.brands.onPages({ token: of.token, scheme }), spellCheck: false } }}
        sx={{ width: 120 }}
      />
    </Stack>
  );
}
