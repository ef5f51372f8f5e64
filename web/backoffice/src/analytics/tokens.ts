/** The parts of a question in SQL that an editor colours. */
export type Kind = 'keyword' | 'text' | 'figure' | 'remark' | 'other';

export interface Token {
  readonly kind: Kind;
  readonly text: string;
}

const KEYWORDS =
  'ALL AND ANY ARRAY AS ASC ASOF BETWEEN BY CASE CROSS DESC DESCRIBE DISTINCT ELSE END EXCEPT FILL FINAL FIRST FROM FULL GLOBAL GROUP HAVING ILIKE IN INNER INTERSECT INTERVAL IS JOIN LAST LEFT LIKE LIMIT NOT NULL NULLS OFFSET ON OR ORDER OUTER OVER PARTITION PREWHERE QUALIFY RIGHT ROLLUP SAMPLE SELECT SHOW TABLES THEN TOTALS UNION USING WHEN WHERE WINDOW WITH';

/** Each kind is a group, in the order of `KINDS`; a text or a remark without an end goes on to the end. */
const PARTS = new RegExp(
  [`(--[^\\n]*|/\\*[^]*?(?:\\*/|$))`, `('(?:[^'\\\\]|''|\\\\[^])*(?:'|$))`, `\\b(${KEYWORDS.replaceAll(' ', '|')})\\b`, '\\b(\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)\\b', '("[^"]*"?|`[^`]*`?|\\w+)'].join('|'),
  'giu',
);
const KINDS: readonly Kind[] = ['remark', 'text', 'keyword', 'figure', 'other'];

/** Return the parts of a question; together they are the whole of it. */
export function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const found of sql.matchAll(PARTS)) {
    if (found.index > end) tokens.push({ kind: 'other', text: sql.slice(end, found.index) });
    const kind = KINDS.find((_, at) => found[at + 1] !== undefined) ?? 'other';
    tokens.push({ kind, text: found[0] });
    end = found.index + found[0].length;
  }
  return end < sql.length ? [...tokens, { kind: 'other', text: sql.slice(end) }] : tokens;
}
