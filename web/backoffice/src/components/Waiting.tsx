/** What stands in place of data: the shape of its rows while it is being read, or why it cannot be. */
import Alert from '@mui/material/Alert';
import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';

interface Props {
  readonly problem: string;
  /** How many rows are expected. */
  readonly rows?: number;
}

export function Waiting({ problem, rows = 3 }: Props) {
  return problem === '' ? <SkeletonRows rows={rows} /> : <Alert severity="error">{problem}</Alert>;
}

/** As high as the rows of a table, so that nothing jumps when they come. */
export function SkeletonRows({ rows }: { readonly rows: number }) {
  return (
    <Stack role="progressbar" aria-label="Loading" spacing={1} sx={{ padding: '12px 16px' }}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} variant="rounded" height={28} width={row === 0 ? '40%' : '100%'} />
      ))}
    </Stack>
  );
}
