/** What stands in place of data: the shape of its rows while it is being read, or why it cannot be. */
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';
import { useEffect } from 'react';
import { useCheckAuth, useRefresh } from 'react-admin';

import { readAgain } from '../operations/page/usePolled.ts';
import { WORDS } from '../words/index.ts';

interface Props {
  readonly problem: string;
  /** How many rows are expected. */
  readonly rows?: number;
}

export function Waiting({ problem, rows = 3 }: Props) {
  return problem === '' ? <SkeletonRows rows={rows} /> : <Failed problem={problem} />;
}

/** Why something could not be read, and the way to read it again; who is signed out meanwhile signs in again. */
export function Failed({ problem }: { readonly problem: string }) {
  const refresh = useRefresh();
  const checkAuth = useCheckAuth();

  useEffect(() => {
    checkAuth().catch(() => undefined);
  }, [problem, checkAuth]);

  function again() {
    refresh();
    readAgain();
  }

  return (
    <Alert
      severity="error"
      action={
        <Button color="inherit" size="small" onClick={again}>
          {WORDS.common.tryAgain}
        </Button>
      }
    >
      {problem}
    </Alert>
  );
}

/** As high as the rows of a table, so that nothing jumps when they come. */
export function SkeletonRows({ rows }: { readonly rows: number }) {
  return (
    <Stack role="progressbar" aria-label={WORDS.common.loading} spacing={1} sx={{ padding: '12px 16px' }}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} variant="rounded" height={28} width={row === 0 ? '40%' : '100%'} />
      ))}
    </Stack>
  );
}
