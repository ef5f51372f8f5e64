/** Bars by category, side by side or stacked. It is a picture: the table beside it has the same figures. */
import Box from '@mui/material/Box';

import { barsOf, figuresOf, namedAlong, namesOf, valuesOf, type Bars } from './bars.ts';
import { widthOf } from './labels.ts';
import { LoneFigures } from './LoneFigures.tsx';
import { EDGE, FULLNESS, HEIGHT, Labels, Legend, Plot, useSeriesColors, useWidth } from './plot.tsx';
import { scaleOf, ticksTo } from './scale.ts';
import { WORDS } from '../words/index.ts';

export type { Bars } from './bars.ts';

interface Props {
  readonly label: string;
  readonly categories: readonly string[];
  readonly series: readonly Bars[];
  /** Whether the series of a category stand on one another. */
  readonly isStacked?: boolean;
  readonly format: (value: number) => string;
}

/** From this width on, what stands on one another is named beside the last of them. */
const WIDE = 520;
const BESIDE = 8;
const LATER = WORDS.charts.barsDrawnOnceMoreCompare;

export function BarChart(props: Props) {
  const { categories, series, format } = props;
  if (series.every(({ data }) => data.every((value) => value === 0 || value === null))) return null;
  const figures = figuresOf(series);
  if (figures.length > 1) return <Drawn {...props} />;
  return <LoneFigures figures={figures.map(({ label, category, value }) => ({ value: format(value), words: [label, categories[category]].join(', ') }))} later={LATER} />;
}

function Drawn({ label, categories, series, isStacked = false, format }: Props) {
  const [element, width] = useWidth();
  const color = useSeriesColors();
  const names = isStacked && width >= WIDE ? namesOf(series) : [];
  const right = Math.max(EDGE.right, ...names.map(({ label: name }) => widthOf(name) + 2 * BESIDE));
  const band = (width - EDGE.left - right) / categories.length;
  const bars = barsOf(categories.length, series, isStacked, band);
  const ticks = ticksTo(Math.max(...bars.map(({ to }) => to)));
  const y = scaleOf([0, ticks.at(-1) ?? 1], [HEIGHT - EDGE.bottom, EDGE.top]);
  const { every, words } = namedAlong(categories, band);
  const values = valuesOf(bars, isStacked, band, format).map((one) => ({ ...one, x: EDGE.left + one.x, y: y(one.to) - 4 }));
  const last = Math.max(...bars.map(({ left, width: wide }) => EDGE.left + left + wide)) + BESIDE;
  return (
    <Box ref={element} sx={{ minWidth: 0, marginBlock: 1 }}>
      <Plot label={label} width={width} right={right} ticks={ticks} y={y} format={format}>
        {categories.map((category, at) =>
          at % every === 0 ? (
            <text key={category} x={EDGE.left + (at + 0.5) * band} y={HEIGHT - 8} textAnchor="middle">
              {words[at] !== category && <title>{category}</title>}
              {words[at]}
            </text>
          ) : null,
        )}
        {bars.map(({ left, width: wide, from, to, place, isKnown }) =>
          isKnown ? (
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
          ) : null,
        )}
        {values.map(({ text, x, y: at, isKnown }) => (
          <text key={x} className={isKnown ? 'value' : 'missing'} x={x} y={at} textAnchor="middle">
            {text}
          </text>
        ))}
        <Labels labels={names.map(({ label: name, middle }) => ({ text: name, x: last, y: y(middle) + 4, anchor: 'start' }))} />
      </Plot>
      {names.length === 0 && (
        <Legend
          entries={series.flatMap((one, place) =>
            one.data.every((value) => value === 0)
              ? []
              : [{ label: one.label, mark: <rect className="bar" style={{ '--fullness': FULLNESS[place] } as object} x="4" y="0" width="12" height="12" rx="2" fill={color(place)} /> }],
          )}
          isExplained={series.length > 1}
        />
      )}
    </Box>
  );
}
