/** A chart with the finding as its title, what it is made of, and its figures as a table that opens in place. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router-dom';

import { WORDS } from '../words/index.ts';

import type { ReactNode } from 'react';

interface Props {
  /** What the chart is called, for lists of the page's regions. */
  readonly name: string;
  /** What it says, in a sentence. */
  readonly finding: string;
  readonly note?: string;
  /** The list behind it. */
  readonly behind?: { readonly path: string; readonly label: string };
  readonly table: ReactNode;
  readonly children: ReactNode;
}

export function ChartCard({ name, finding, note, behind, table, children }: Props) {
  return (
    <Card component="section" aria-label={name} sx={{ minWidth: 0 }}>
      <CardContent>
        <Stack direction="row" spacing={2} sx={{ justifyContent: 'space-between', alignItems: 'flex-start' }}>
          <Typography variant="h6" component="h2">
            {finding}
          </Typography>
          {behind !== undefined && (
            <Button component={Link} to={behind.path} size="small" sx={{ flexShrink: 0 }}>
              {behind.label}
            </Button>
          )}
        </Stack>
        {note !== undefined && (
          <Typography variant="body2" color="textSecondary" sx={{ maxWidth: '70ch' }}>
            {note}
          </Typography>
        )}
        <Box sx={{ marginTop: 2 }}>{children}</Box>
        <Box component="details" sx={{ marginTop: 1 }}>
          <Typography component="summary" variant="body2" color="textSecondary" sx={{ cursor: 'pointer', width: 'fit-content' }}>
            {WORDS.charts.showFigures}
          </Typography>
          <Box tabIndex={0} role="region" aria-label={WORDS.charts.figures({ name })} sx={{ maxHeight: 320, overflowY: 'auto', marginTop: 1 }}>
            {table}
          </Box>
        </Box>
      </CardContent>
    </Card>
  );
}
