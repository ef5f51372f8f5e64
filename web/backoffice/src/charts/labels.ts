/** Where a chart's labels stand: at what they name, and none over another. */
import { partsOf, type Point } from './scale.ts';

/** How wide a letter of a label is, and how high a line of it, in pixels. */
export const LETTER = 6.6;
export const LINE = 14;

export interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** Whether it begins or ends at `x`, or has it in its middle. */
  readonly anchor: 'start' | 'middle' | 'end';
}

export function widthOf(text: string): number {
  return text.length * LETTER;
}

/** Return the ends of a label from left to right. */
function endsOf({ text, x, anchor }: Label): readonly [number, number] {
  const width = widthOf(text);
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return [left, left + width];
}

function areBeside(one: Label, other: Label): boolean {
  const [[left, right], [start, end]] = [endsOf(one), endsOf(other)];
  return right < start || end < left;
}

/** Return labels moved away from those before them: down, or up. */
function moved(labels: readonly Label[], isDown: boolean): readonly Label[] {
  const way = isDown ? 1 : -1;
  const placed: Label[] = [];
  for (const label of labels) {
    let y = label.y;
    for (const other of placed.toSorted((one, two) => way * (one.y - two.y))) {
      if (!areBeside(label, other) && Math.abs(y - other.y) < LINE) y = other.y + way * LINE;
    }
    placed.push({ ...label, y });
  }
  return placed;
}

/** Return the labels from the highest to the lowest, moved down and then up as far as none stands on another or below `bottom`. */
export function spread(labels: readonly Label[], bottom: number): readonly Label[] {
  const byHeight = (one: Label, other: Label) => one.y - other.y;
  const down = moved(labels.toSorted(byHeight), true).map((label) => ({ ...label, y: Math.min(label.y, bottom) }));
  return moved(down.toSorted(byHeight).toReversed(), false).toReversed();
}

/** A line of fewer of these parts of the time that is shown is a dot to the eye. */
const LEAST_SHARE = 1 / 50;

/** Whether points are a line to the eye: some part of them, without a gap, is long enough. */
export function isLine(points: readonly Point[], gap: number, [from, to]: readonly [number, number]): boolean {
  return partsOf(points, gap).some((part) => (part.at(-1)?.x ?? 0) - (part[0]?.x ?? 0) >= (to - from) * LEAST_SHARE);
}

/** Return the stretches between the parts of a line, in which nothing is known. */
export function gapsOf(points: readonly Point[], gap: number): readonly (readonly [from: number, to: number])[] {
  const parts = partsOf(points, gap);
  return parts.slice(1).map((part, at) => [parts[at]?.at(-1)?.x ?? 0, part[0]?.x ?? 0]);
}
