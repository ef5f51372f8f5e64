/** Lines over time, with the range in which one of them may go on. It is a picture: a table has the same figures. */
import Box from '@mui/material/Box';

import { DASHES, EDGE, HEIGHT, Legend, Plot, useSeriesColors, useWidth } from './plot.tsx';
import { partsOf, scaleOf, ticksTo, type Point } from './scale.ts';

export interface Line {
  readonly label: string;
  readonly points: readonly Point[];
}

/** Where a line may go on: from its last point to between two values at a later one. */
export interface Range {
  readonly label: string;
  readonly from: { readonly x: number; readonly y: number };
  readonly to: number;
  readonly low: number;
  readonly likely: number;
  readonly high: number;
}

export interface XTick {
  readonly x: number;
  readonly label: string;
}

interface Props {
  readonly label: string;
  readonly lines: readonly Line[];
  readonly range?: Range | null;
  /** The ends of the horizontal axis. */
  readonly span: readonly [number, number];
  readonly xTicks: readonly XTick[];
  /** How far two points may be apart before the line between them is left out. */
  readonly gap: number;
  readonly format: (value: number) => string;
}

const SPACING = 64;

export function LineChart({ label, lines, range = null, span, xTicks, gap, format }: Props) {
  const [element, width] = useWidth();
  const color = useSeriesColors();
  const values = lines.flatMap(({ points }) => points.map(({ y }) => y ?? 0));
  const ticks = ticksTo(Math.max(0, range?.high ?? 0, ...values));
  const x = scaleOf(span, [EDGE.left, width - EDGE.right]);
  const y = scaleOf([0, ticks.at(-1) ?? 1], [HEIGHT - EDGE.bottom, EDGE.top]);
  const shown = xTicks.filter((_, at) => at % Math.max(1, Math.ceil((xTicks.length * SPACING) / (width - EDGE.left))) === 0);
  const path = (points: readonly { readonly x: number; readonly y: number }[]) =>
    points.map((one, at) => `${at === 0 ? 'M' : 'L'}${x(one.x).toFixed(1)} ${y(one.y).toFixed(1)}`).join('');
  return (
    <Box ref={element} sx={{ minWidth: 0 }}>
      <Plot label={label} width={width} ticks={ticks} y={y} format={format}>
        {shown.map((tick) => (
          <text key={tick.x} x={x(tick.x)} y={HEIGHT - 8} textAnchor={tick.x === span[0] ? 'start' : 'middle'}>
            {tick.label}
          </text>
        ))}
        {range !== null && <Outlook range={range} x={x} y={y} color={color(0)} />}
        {lines.map((line, place) => (
          <g key={line.label}>
            {partsOf(line.points, gap).map((part) => (
              <path
                key={part[0]?.x}
                className="line"
                d={path(part)}
                fill="none"
                stroke={color(place)}
                strokeWidth={2}
                strokeLinejoin="round"
                strokeLinecap="round"
                strokeDasharray={DASHES[place]}
              />
            ))}
            <LastPoint line={line} x={x} y={y} color={color(place)} />
          </g>
        ))}
      </Plot>
      <Legend
        entries={[
          ...lines.map((line, place) => ({
            label: line.label,
            mark: <line className="line" x1="1" x2="19" y1="6" y2="6" stroke={color(place)} strokeWidth="2" strokeDasharray={DASHES[place]} />,
          })),
          ...(range === null ? [] : [{ label: range.label, mark: <rect className="range" x="1" y="1" width="18" height="10" fill={color(0)} fillOpacity={0.16} /> }]),
        ]}
      />
    </Box>
  );
}

interface Placed {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly color: string;
}

function LastPoint({ line, x, y, color }: Placed & { readonly line: Line }) {
  const last = line.points.findLast((one) => one.y !== null);
  return last === undefined ? null : <circle className="dot" cx={x(last.x)} cy={y(last.y ?? 0)} r={3.5} fill={color} />;
}

function Outlook({ range, x, y, color }: Placed & { readonly range: Range }) {
  const { from, to, low, likely, high } = range;
  const start = `${x(from.x)},${y(from.y)}`;
  return (
    <g>
      <polygon className="range" points={`${start} ${x(to)},${y(high)} ${x(to)},${y(low)}`} fill={color} fillOpacity={0.16} />
      <line className="line" x1={x(from.x)} y1={y(from.y)} x2={x(to)} y2={y(likely)} stroke={color} strokeWidth={2} strokeDasharray="2 4" />
    </g>
  );
}
