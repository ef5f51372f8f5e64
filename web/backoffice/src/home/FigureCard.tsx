/** A figure that a role is asked about: its name, its value, what it means, and the list behind it. */
import Card from '@mui/material/Card';
import CardActionArea from '@mui/material/CardActionArea';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router-dom';

import { ToneChip } from '../look/ToneChip.tsx';

import { WORDS } from '../words/index.ts';

import type { Tone } from '../look/theme.ts';

export interface Figure {
  readonly label: string;
  readonly value: string;
  /** What it means, or since when. */
  readonly note: string;
  /** The list behind it. */
  readonly path: string;
  /** A word that judges it, if it can be judged. */
  readonly state?: { readonly tone: Tone; readonly label: string };
}

/** As high as a figure, so that nothing jumps when it comes. */
export function PendingFigure() {
  return (
    <Card role="progressbar" aria-label={WORDS.common.loading} sx={{ padding: '20px' }}>
      <Skeleton variant="rounded" width="40%" height={16} />
      <Skeleton variant="rounded" width="20%" height={36} sx={{ marginBlock: '4px' }} />
      <Skeleton variant="rounded" width="80%" height={20} />
    </Card>
  );
}

export function FigureCard({ label, value, note, path, state }: Figure) {
  return (
    <Card>
      <CardActionArea component={Link} to={path} sx={{ height: '100%', padding: '20px', display: 'flex', flexDirection: 'column', alignItems: 'flex-start', justifyContent: 'flex-start', gap: '4px' }}>
        <Typography variant="overline" component="h3" color="textSecondary">
          {label}
        </Typography>
        <Typography variant="h4" component="p">
          {value}
        </Typography>
        <Typography variant="body2" color="textSecondary">
          {note}
        </Typography>
        {state !== undefined && <ToneChip {...state} />}
      </CardActionArea>
    </Card>
  );
}
