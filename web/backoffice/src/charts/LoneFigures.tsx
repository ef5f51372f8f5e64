/** In place of a chart with nothing to compare: the figure itself, with its words. A single dot says less. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

export interface LoneFigure {
  readonly value: string;
  /** What it is. */
  readonly words: string;
}

interface Props {
  readonly figures: readonly LoneFigure[];
  /** When a chart takes their place, in a sentence. */
  readonly later: string;
}

export function LoneFigures({ figures, later }: Props) {
  return (
    <Box sx={{ marginBlock: 1 }}>
      {figures.map(({ value, words }) => (
        <Box key={words} sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'baseline', columnGap: 1 }}>
          <Typography variant="h5" component="span">
            {value}
          </Typography>
          <Typography color="textSecondary" component="span">
            {words}
          </Typography>
        </Box>
      ))}
      <Typography variant="body2" color="textSecondary">
        {later}
      </Typography>
    </Box>
  );
}
