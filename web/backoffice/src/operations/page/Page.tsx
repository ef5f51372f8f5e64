/** A page of operations: its title, errors, and the shape of its rows until data arrives. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { Title } from 'react-admin';

import { Failed, SkeletonRows } from '../../components/Waiting.tsx';
import { NO_BRAND } from '../../frame/brand.tsx';

import type { ReactNode } from 'react';

interface Props {
  readonly title: string;
  /** What the page is for, in a sentence. */
  readonly about?: string;
  readonly actions?: ReactNode;
  readonly problem?: string;
  /** Whether there is nothing to show yet. */
  readonly waiting?: boolean;
  readonly children: ReactNode;
}

export function Page({ title, about, actions, problem = '', waiting = false, children }: Props) {
  return (
    <Box sx={{ paddingTop: 2, display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', alignContent: 'start' }}>
      <Title title={title} />
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center', marginBottom: 2 }}>
        <Typography variant="h5" component="h2" sx={{ flex: '1 1 auto' }}>
          {title}
        </Typography>
        {actions}
      </Stack>
      {about !== undefined && (
        <Typography color="textSecondary" sx={{ marginBottom: 2, maxWidth: '70ch' }}>
          {about}
        </Typography>
      )}
      {problem !== '' && <Box sx={{ marginBottom: 2 }}>{problem === NO_BRAND ? <Alert severity="info">{problem}</Alert> : <Failed problem={problem} />}</Box>}
      {waiting ? problem === '' && <SkeletonRows rows={6} /> : children}
    </Box>
  );
}
