/** Bars by category, side by side or stacked. It is a picture: the table beside it has the same figures. */
import Box from '@mui/material/Box';

import { EDGE, FULLNESS, HEIGHT, Legend, Plot, useSeriesColors, useWidth } from './plot.tsx';
import { scaleOf, ticksTo } from './scale.ts';

export interface Bars {
  readonly label: string;
  /** A value for each category, at least 0. */
  readonly data: readonly number[];
}

interface Props {
  readonly label: string;
  readonly categories: readonly string[];
  readonly series: readonly Bars[];
  /** Whether the series of a category stand on one another. */
  readonly isStacked?: boolean;
  readonly format: (value: number) => string;
}

interface Bar {
  readonly left: number;
  readonly width: number;
  /** The values at which it begins and ends. */
  readonly from: number;
  readonly to: number;
  readonly place: number;
}

const WIDEST = 48;
const GAP = 2;
const LETTER = 7;

/** Return the bars of all categories, each category in `band` pixels. */
function barsOf(categories: readonly string[], series: readonly Bars[], isStacked: boolean, band: number): readonly Bar[] {
  const beside = isStacked ? 1 : series.length;
  const width = Math.min(WIDEST, (band * 0.7) / beside - GAP);
  const group = beside * (width + GAP) - GAP;
  return categories.flatMap((_, at) => {
    let below = 0;
    return series.map(({ data }, place) => {
      const value = data[at] ?? 0;
      const from = isStacked ? below : 0;
      below += value;
      const left = at * band + (band - group) / 2 + (isStacked ? 0 : place * (width + GAP));
      return { left, width, from, to: from + value, place };
    });
  });
}

export function BarChart({ label, categories, series, isStacked = false, format }: Props) {
  const [element, width] = useWidth();
  const color = useSeriesColors();
  if (series.every(({ data }) => data.every((value) => value === 0))) return null;
  const band = (width - EDGE.left - EDGE.right) / categories.length;
  const bars = barsOf(categories, series, isStacked, band);
  const ticks = ticksTo(Math.max(...bars.map(({ to }) => to)));
  const y = scaleOf([0, ticks.at(-1) ?? 1], [HEIGHT - EDGE.bottom, EDGE.top]);
  const every = Math.ceil((Math.max(...categories.map(({ length }) => length)) * LETTER + 8) / band);
  return (
    <Box ref={element} sx={{ minWidth: 0, marginBlock: 1 }}>
      <Plot label={label} width={width} ticks={ticks} y={y} format={format}>
        {categories.map((category, at) =>
          at % every === 0 ? (
            <text key={category} x={EDGE.left + (at + 0.5) * band} y={HEIGHT - 8} textAnchor="middle">
              {category}
            </text>
          ) : null,
        )}
        {bars.map(({ left, width: wide, from, to, place }) => (
          <rect
            key={`${left}/${place}`}
            className="bar"
            style={{ '--fullness': FULLNESS[place] } as object}
            x={EDGE.left + left}
            y={y(to)}
            width={Math.max(1, wide)}
            height={Math.max(0, y(from) - y(to))}
            rx={Math.min(2, wide / 4)}
            fill={color(place)}
          />
        ))}
      </Plot>
      <Legend
        entries={series.map((one, place) => ({
          label: one.label,
          mark: <rect className="bar" style={{ '--fullness': FULLNESS[place] } as object} x="4" y="0" width="12" height="12" rx="2" fill={color(place)} />,
        }))}
      />
    </Box>
  );
}
