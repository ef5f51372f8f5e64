/** What stands in place of data: a progress bar while it is being read, or why it cannot be. */
import Alert from '@mui/material/Alert';
import LinearProgress from '@mui/material/LinearProgress';

export function Waiting({ problem }: { readonly problem: string }) {
  return problem === '' ? <LinearProgress aria-label="Loading" /> : <Alert severity="error">{problem}</Alert>;
}
