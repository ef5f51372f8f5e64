/** A bar chart. It is a picture: the table beside it has the same figures, and is what assistive software reads. */
import Box from '@mui/material/Box';
import { BarChart } from '@mui/x-charts/BarChart';
import { useTheme } from '@mui/material/styles';

interface Series {
  readonly label: string;
  readonly data: number[];
  /** Series of one stack stand on one another. */
  readonly stack?: string;
}

interface Props {
  readonly label: string;
  readonly categories: string[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
}

const LIGHT = ['#0b5d3b', '#1f78b4', '#b35806', '#7b3294', '#5f6b6d'];
const DARK = ['#7fd6a8', '#8ec9ff', '#ffb870', '#d7a8ff', '#c3cccd'];
const HEIGHT = 260;

export function FigureChart({ label, categories, series, format }: Props) {
  const dark = useTheme().palette.mode === 'dark';
  if (series.every((each) => each.data.every((value) => value === 0))) return null;
  return (
    <Box role="img" aria-label={label} sx={{ marginBottom: 1, minWidth: 0 }}>
      <div aria-hidden="true" inert>
        <BarChart
          height={HEIGHT}
          skipAnimation
          colors={dark ? DARK : LIGHT}
          xAxis={[{ scaleType: 'band', data: categories }]}
          yAxis={[{ width: 72, valueFormatter: (value: number) => format(value) }]}
          series={series.map((each) => ({
            label: each.label,
            data: each.data,
            valueFormatter: (value: number | null) => (value === null ? '' : format(value)),
            ...(each.stack === undefined ? {} : { stack: each.stack }),
          }))}
          grid={{ horizontal: true }}
        />
      </div>
    </Box>
  );
}
