import { describe, expect, it } from 'vitest';

import { tokensOf } from '../backoffice/src/analytics/tokens.ts';

function parts(sql: string, kind: string): readonly string[] {
  return tokensOf(sql)
    .filter((token) => token.kind === kind)
    .map(({ text }) => text);
}

describe('the parts of a question in SQL', () => {
  const SQL = "select count() AS n -- all 3\nFROM bets WHERE brand = 'it''s' AND odds_milli > 1.5 /* open";

  it('are the keywords, texts, figures and remarks', () => {
    expect(parts(SQL, 'keyword')).toEqual(['select', 'AS', 'FROM', 'WHERE', 'AND']);
    expect(parts(SQL, 'text')).toEqual(["'it''s'"]);
    expect(parts(SQL, 'figure')).toEqual(['1.5']);
    expect(parts(SQL, 'remark')).toEqual(['-- all 3', '/* open']);
  });

  it('are no keyword within a name, a text or quotes', () => {
    expect(parts('SELECT from_day, "order", `group`, week2 FROM t', 'keyword')).toEqual(['SELECT', 'FROM']);
    expect(parts("SELECT 'FROM", 'text')).toEqual(["'FROM"]);
  });

  it.each([SQL, '', '\n\n', "'", '"', '`', '/*', '€ 𝄞 ; \\'])('are together the whole of it: %j', (sql) => {
    expect(
      tokensOf(sql)
        .map(({ text }) => text)
        .join(''),
    ).toBe(sql);
  });
});
