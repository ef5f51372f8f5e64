/** In place of rows that are not there: why, what fills the list, and what to do about it. */
import Inbox from '@mui/icons-material/Inbox';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import type { ReactNode } from 'react';

interface Props {
  readonly why: string;
  /** What fills it, in a sentence. */
  readonly filledBy?: string | undefined;
  /** A button for what can be done. */
  readonly children?: ReactNode;
}

export function EmptyState({ why, filledBy, children }: Props) {
  return (
    <Box sx={{ display: 'grid', justifyItems: 'center', gap: 1, padding: '32px 20px', textAlign: 'center' }}>
      <Inbox sx={{ color: 'text.secondary' }} />
      <Typography sx={{ fontWeight: 600, maxWidth: '70ch' }}>{why}</Typography>
      {filledBy !== undefined && (
        <Typography color="textSecondary" sx={{ maxWidth: '70ch' }}>
          {filledBy}
        </Typography>
      )}
      {children}
    </Box>
  );
}
