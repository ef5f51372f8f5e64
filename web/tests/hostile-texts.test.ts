/** Content is data: the widget shows what looks like code as the text that it is. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';

import { RewardCard } from '../packages/club/src/rewards/RewardCard';
import hostile from '../../tests/backoffice/content/hostile_texts.json';
import { OPTION } from './example';

const TOKEN = 'TOKEN-OF-THE-TEST';

function rendered(text: string): string {
  const option = { ...OPTION, title: text, summary: text, significantTerms: text };
  const nothing = () => undefined;
  return renderToStaticMarkup(
    createElement(RewardCard, { option, mark: 'none', mayChoose: true, whyNot: null, onChoose: nothing }),
  );
}

function escaped(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' };
  return text.replace(/[&<>"']/g, (mark) => names[mark] ?? mark);
}

describe('a reward with a hostile text', () => {
  const plain = rendered(TOKEN);

  it.each(hostile)('shows %s as text', (text) => {
    expect(rendered(text)).toBe(plain.split(TOKEN).join(escaped(text)));
  });
});
