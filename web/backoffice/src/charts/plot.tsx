/** What all charts have: their width on the page, horizontal lines with amounts, a legend, and colours by series. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';
import { useEffect, useRef, useState } from 'react';

import type { Label } from './labels.ts';
import type { ReactNode, RefObject } from 'react';

export const HEIGHT = 240;
/** Space around the plot, for the words at its axes. */
export const EDGE = { top: 20, right: 12, bottom: 28, left: 68 } as const;

/** With forced colours, series differ by how full their bars are, and by how their lines are dashed. */
export const FULLNESS = [1, 0.6, 0.3, 0.15, 0.05] as const;
export const DASHES = ['none', '7 4', '2 3', '10 3 2 3', '1 5'] as const;

/** Return the element to measure, and its width in pixels. */
export function useWidth(): readonly [RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement | null>(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const measured = element.current;
    if (measured === null) return undefined;
    const seen = () => setWidth(Math.max(240, Math.floor(measured.clientWidth)));
    const observer = new ResizeObserver(seen);
    observer.observe(measured);
    seen();
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

/** Return the colour of each series. */
export function useSeriesColors(): (place: number) => string {
  const { series } = useTheme().palette;
  return (place) => series[place % series.length] ?? 'currentColor';
}

interface FrameProps {
  readonly label: string;
  readonly width: number;
  /** How much room the labels at the right have. */
  readonly right?: number;
  readonly ticks: readonly number[];
  readonly y: (value: number) => number;
  readonly format: (value: number) => string;
  readonly children: ReactNode;
}

/** The drawing with its horizontal lines. Time runs from left to right in every language. */
export function Plot({ label, width, right = EDGE.right, ticks, y, format, children }: FrameProps) {
  return (
    <Box
      component="svg"
      role="img"
      aria-label={label}
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      sx={{
        direction: 'ltr',
        display: 'block',
        overflow: 'visible',
        color: 'text.secondary',
        '& text': { fill: 'currentColor', fontSize: '0.75rem', fontFamily: 'inherit', fontVariantNumeric: 'tabular-nums' },
        '& .grid': { stroke: 'divider', strokeWidth: 1 },
        '& .value': { fill: (theme) => theme.palette.text.primary },
        '& .gap': { fill: 'currentColor', fillOpacity: 0.08 },
        '& .named': { fill: (theme) => theme.palette.text.primary, fontWeight: 600, paintOrder: 'stroke', stroke: (theme) => theme.palette.background.paper, strokeWidth: 4, strokeLinejoin: 'round' },
        '@media (forced-colors: active)': {
          '& .grid': { stroke: 'GrayText' },
          '& .bar': { fill: 'CanvasText !important', fillOpacity: 'var(--fullness)', stroke: 'CanvasText' },
          '& .line': { stroke: 'CanvasText !important' },
          '& .range': { fill: 'CanvasText !important', fillOpacity: 0.1, stroke: 'CanvasText' },
          '& .dot': { fill: 'CanvasText !important' },
          '& .named': { fill: 'CanvasText', stroke: 'Canvas' },
          '& .gap': { fill: 'GrayText', fillOpacity: 0.2 },
        },
      }}
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <Box component="line" className="grid" x1={EDGE.left} x2={width - right} y1={y(tick)} y2={y(tick)} sx={{ stroke: (theme) => theme.palette.divider }} />
          <text x={EDGE.left - 8} y={y(tick) + 4} textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      {children}
    </Box>
  );
}

/** The words at what they name, over the lines that they cross. */
export function Labels({ labels }: { readonly labels: readonly Label[] }) {
  return labels.map(({ text, x, y, anchor }, at) => (
    <text key={`${at} ${text}`} className="named" x={x} y={y} textAnchor={anchor}>
      {text}
    </text>
  ));
}

export interface LegendEntry {
  readonly label: string;
  readonly mark: ReactNode;
}

interface LegendProps {
  readonly entries: readonly LegendEntry[];
  /** Whether a single entry is shown, too, because the chart has more than what the title names. */
  readonly isExplained?: boolean;
}

/** What the colours mean; nothing for a single series, which the title names. */
export function Legend({ entries, isExplained = false }: LegendProps) {
  if (entries.length < (isExplained ? 1 : 2)) return null;
  return (
    <Box aria-hidden sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 2, rowGap: 0.5, marginTop: 1, color: 'text.secondary', '& .gap': { fill: 'currentColor', fillOpacity: 0.16 } }}>
      {entries.map(({ label, mark }) => (
        <Box key={label} sx={{ display: 'inline-flex', alignItems: 'center', gap: 1 }}>
          <svg width="20" height="12">
            {mark}
          </svg>
          <Typography variant="caption" color="textSecondary">
            {label}
          </Typography>
        </Box>
      ))}
    </Box>
  );
}
