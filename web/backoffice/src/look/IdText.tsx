/** An id, small and grey, beside the name of what it stands for, to be copied: the command line and support need it. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { CopyButton } from './CopyButton.tsx';

/** So much of an id stays on a line, also in a narrow column. */
const LEAST_CHARACTERS = 18;

export function IdText({ id }: { readonly id: string | null | undefined }) {
  const shown = id ?? '–';
  const width = `${Math.min(shown.length, LEAST_CHARACTERS)}ch`;
  const text = (
    <Typography component="code" variant="caption" color="textSecondary" sx={{ display: 'inline-block', minInlineSize: width, overflowWrap: 'anywhere' }}>
      {shown}
    </Typography>
  );
  if (id === null || id === undefined || id === '') return text;
  return (
    <Box component="span" sx={{ display: 'inline-flex', alignItems: 'center' }}>
      {text}
      <CopyButton text={id} what={id} isIcon />
    </Box>
  );
}
