/** An id, small and grey, beside the name of what it stands for: the command line and support need it. */
import Typography from '@mui/material/Typography';

export function IdText({ id }: { readonly id: string | null | undefined }) {
  return (
    <Typography component="code" variant="caption" color="textSecondary" sx={{ overflowWrap: 'anywhere' }}>
      {id ?? '–'}
    </Typography>
  );
}
