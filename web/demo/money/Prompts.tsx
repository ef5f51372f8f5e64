/** What a customer is asked or reminded of, above everything else on the page: one at a time. */
import { useLocale } from '@furlong/club';
import { useId } from 'react';

import type { LimitPrompt } from '../generated/operations';
import { ChangeNotice } from './ChangeNotice';
import type { MoneyChange } from './change';
import type { Part } from './parts';
import type { MoneyControls } from './useMoney';
import { useSending } from './useSending';
import { moneyWords } from './words';

interface PromptsProps {
  readonly money: MoneyControls;
  readonly onOpen: (part: Part) => void;
}

export function Prompts({ money, onOpen }: PromptsProps) {
  const [prompt] = money.state.wallet?.prompts ?? [];
  if (prompt === undefined) return null;
  return <PromptCard key={`${money.state.about} ${prompt}`} kind={prompt} money={money} onOpen={onOpen} />;
}

/** One prompt, with both answers. */
export function PromptCard({ kind, money, onOpen }: PromptsProps & { readonly kind: LimitPrompt }) {
  const id = useId();
  const words = moneyWords(useLocale());
  const sending = useSending(money);
  const { brand } = money.session;
  const isReview = kind === 'REVIEW';
  const answer: MoneyChange = isReview ? { kind: 'acknowledge', brand, prompt: kind } : { kind: 'decline', brand };
  const { title, text } = words.prompts[kind];
  return (
    <section className="card prompt" aria-labelledby={id} data-testid="prompt" data-kind={kind}>
      <h2 id={id}>{title}</h2>
      <p>{text}</p>
      <div className="money-buttons">
        <button type="button" className="quiet" data-testid="prompt-open" onClick={() => onOpen(isReview ? 'history' : 'limits')}>
          {isReview ? words.seeHistory : words.setLimit}
        </button>
        <button
          type="button"
          className="quiet"
          data-testid="prompt-answer"
          aria-disabled={sending.isSending}
          onClick={() => void sending.send(answer, '')}
        >
          {isReview ? words.reviewed : words.wantNone}
        </button>
      </div>
      <ChangeNotice sending={sending} />
    </section>
  );
}
