/** Lines over time, with the range in which one of them may go on. It is a picture: a table has the same figures. */
import Box from '@mui/material/Box';

import { gapsOf, isLine, spread, widthOf, type Label } from './labels.ts';
import { LoneFigures } from './LoneFigures.tsx';
import { DASHES, EDGE, HEIGHT, Labels, Legend, Plot, useSeriesColors, useWidth } from './plot.tsx';
import { partsOf, scaleOf, ticksTo, type Point } from './scale.ts';
import { WORDS } from '../words/index.ts';

export interface Line {
  readonly label: string;
  readonly points: readonly Point[];
}

/** Where a line may go on: from its last point to between two values at a later one. */
export interface Range {
  readonly label: string;
  /** What the likely value is called at its end. */
  readonly end: string;
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
/** From this width on, lines are named at their ends, and need no legend. */
const WIDE = 420;
const BESIDE = 8;
const NO_FIGURES = WORDS.charts.noFigures;
const LATER = WORDS.charts.lineLater;

export function LineChart(props: Props) {
  const { lines, range = null, span, gap, format } = props;
  const isDrawn = range !== null || lines.some(({ points }) => isLine(points, gap, span));
  if (isDrawn) return <Drawn {...props} />;
  return <LoneFigures figures={lines.map(({ label, points }) => ({ value: written(lastOf(points), format), words: label }))} later={LATER} />;
}

function Drawn({ label, lines, range = null, span, xTicks, gap, format }: Props) {
  const [element, width] = useWidth();
  const color = useSeriesColors();
  const isWide = width >= WIDE;
  const isTitled = lines.length === 1 && range === null;
  const ends = endsOf(lines, range, isWide, format);
  const right = Math.max(EDGE.right, ...ends.filter(({ x }) => isNearEnd(x, span)).map(({ text }) => widthOf(text) + BESIDE));
  const values = lines.flatMap(({ points }) => points.map(({ y }) => y ?? 0));
  const ticks = ticksTo(Math.max(0, range?.high ?? 0, ...values));
  const x = scaleOf(span, [EDGE.left, width - right]);
  const y = scaleOf([0, ticks.at(-1) ?? 1], [HEIGHT - EDGE.bottom, EDGE.top]);
  const shown = xTicks.filter((_, at) => at % Math.max(1, Math.ceil((xTicks.length * SPACING) / (width - EDGE.left - right))) === 0);
  const gaps = gapsOf(lines[0]?.points ?? [], gap);
  const path = (points: readonly { readonly x: number; readonly y: number }[]) =>
    points.map((one, at) => `${at === 0 ? 'M' : 'L'}${x(one.x).toFixed(1)} ${y(one.y).toFixed(1)}`).join('');
  return (
    <Box ref={element} sx={{ minWidth: 0 }}>
      <Plot label={label} width={width} right={right} ticks={ticks} y={y} format={format}>
        {shown.map((tick) => (
          <text key={tick.x} x={x(tick.x)} y={HEIGHT - 8} textAnchor={tick.x === span[0] ? 'start' : 'middle'}>
            {tick.label}
          </text>
        ))}
        {gaps.map(([from, to]) => (
          <rect key={from} className="gap" x={x(from)} y={EDGE.top} width={x(to) - x(from)} height={HEIGHT - EDGE.bottom - EDGE.top} />
        ))}
        {range !== null && <Outlook range={range} x={x} y={y} color={color(0)} />}
        {lines.map((line, place) => (
          <g key={line.label}>
            {partsOf(line.points, gap).map((part) =>
              part.length === 1 && part[0] !== undefined ? (
                <circle key={part[0].x} className="dot" cx={x(part[0].x)} cy={y(part[0].y)} r={2} fill={color(place)} />
              ) : (
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
              ),
            )}
            <LastPoint line={line} x={x} y={y} color={color(place)} />
          </g>
        ))}
        <Labels labels={spread(ends.map((end) => placed(end, span, x, y)), HEIGHT - EDGE.bottom - 2)} />
      </Plot>
      <Legend
        entries={[
          ...(isWide || isTitled ? [] : lines).map((line, place) => ({
            label: line.label,
            mark: <line className="line" x1="1" x2="19" y1="6" y2="6" stroke={color(place)} strokeWidth="2" strokeDasharray={DASHES[place]} />,
          })),
          ...(range === null ? [] : [{ label: range.label, mark: <rect className="range" x="1" y="1" width="18" height="10" fill={color(0)} fillOpacity={0.16} /> }]),
          ...(gaps.length === 0 ? [] : [{ label: NO_FIGURES, mark: <rect className="gap" x="1" y="1" width="18" height="10" /> }]),
        ]}
        isExplained={isWide || isTitled}
      />
    </Box>
  );
}

/** What is named, and where. */
interface End {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

function lastOf(points: readonly Point[]): { readonly x: number; readonly y: number } | null {
  const last = points.findLast((one) => one.y !== null);
  return last === undefined || last.y === null ? null : { x: last.x, y: last.y };
}

function written(last: { readonly y: number } | null, format: (value: number) => string): string {
  return last === null ? '–' : format(last.y);
}

/** Return what stands at the ends: the last value of each line, with its name if there are several and there is room. */
function endsOf(lines: readonly Line[], range: Range | null, isWide: boolean, format: (value: number) => string): readonly End[] {
  const isNamed = isWide && (lines.length > 1 || range !== null);
  const text = (name: string, value: number) => (isNamed ? `${name} ${format(value)}` : format(value));
  const ends = lines.flatMap(({ label, points }) => {
    const last = lastOf(points);
    return last === null ? [] : [{ ...last, text: text(label, last.y) }];
  });
  return range === null ? ends : [...ends, { text: text(range.end, range.likely), x: range.to, y: range.likely }];
}

/** Whether a label stands to the right of all lines, and not over them. */
function isNearEnd(x: number, [from, to]: readonly [number, number]): boolean {
  return x > from + (to - from) * 0.98;
}

/** Return where an end is named: to its right at the end of the axis, else above it and to its left. */
function placed({ text, x: at, y: value }: End, span: readonly [number, number], x: (value: number) => number, y: (value: number) => number): Label {
  if (isNearEnd(at, span)) return { text, x: x(at) + BESIDE, y: y(value) + 4, anchor: 'start' };
  return { text, x: Math.max(x(at) - BESIDE, EDGE.left + widthOf(text) + 4), y: Math.max(EDGE.top, y(value) - BESIDE), anchor: 'end' };
}

interface Placed {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly color: string;
}

function LastPoint({ line, x, y, color }: Placed & { readonly line: Line }) {
  const last = lastOf(line.points);
  return last === null ? null : <circle className="dot" cx={x(last.x)} cy={y(last.y)} r={3.5} fill={color} />;
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
