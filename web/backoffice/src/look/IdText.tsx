/** An id, small and grey, beside the name of what it stands for: the command line and support need it. */
import Typography from '@mui/material/Typography';

/** So much of an id stays on a line, also in a narrow column. */
const LEAST_CHARACTERS = 18;

export function IdText({ id }: { readonly id: string | null | undefined }) {
  const shown = id ?? '–';
  const width = `${Math.min(shown.length, LEAST_CHARACTERS)}ch`;
  return (
    <Typography component="code" variant="caption" color="textSecondary" sx={{ display: 'inline-block', minInlineSize: width, overflowWrap: 'anywhere' }}>
      {shown}
    </Typography>
  );
}
