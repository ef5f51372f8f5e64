/** Scales of charts: round numbers along an axis, and the place of a value between two ends. */

/** Return the round numbers from 0 to at least the greatest value; at most six, and 0 and 1 if all is 0. */
export function ticksTo(greatest: number): readonly number[] {
  if (greatest <= 0) return [0, 1];
  const rough = greatest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough;
  const count = Math.ceil(greatest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

/** Return what turns a value into a place; all values in one place if there is only one. */
export function scaleOf([from, to]: readonly [number, number], [start, end]: readonly [number, number]): (value: number) => number {
  const width = to - from;
  return (value) => (width === 0 ? start : start + ((value - from) / width) * (end - start));
}

export interface Point {
  readonly x: number;
  /** Null if it is not known: the line has a gap there. */
  readonly y: number | null;
}

/** Return the parts of a line: it breaks where a value is not known, and where two points are further apart than `gap`. */
export function partsOf(points: readonly Point[], gap: number): readonly (readonly { readonly x: number; readonly y: number }[])[] {
  const parts: { x: number; y: number }[][] = [];
  let last: number | null = null;
  for (const { x, y } of points) {
    if (y === null) {
      last = null;
      continue;
    }
    if (last === null || x - last > gap) parts.push([]);
    parts.at(-1)?.push({ x, y });
    last = x;
  }
  return parts;
}
