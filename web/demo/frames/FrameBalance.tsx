/** The balance at the top of a frame, where the graph has one. */
import { useLocale } from '@furlong/club';

import type { MoneyState } from '../money/wallet';
import { moneyWords } from '../money/words';

export function FrameBalance({ state: { standing, wallet } }: { readonly state: MoneyState }) {
  const locale = useLocale();
  const words = moneyWords(locale);
  if (wallet === null || standing === 'none' || standing === 'signed-out') return null;
  return (
    <p className="frame-balance" data-testid="balance" data-standing={standing}>
      {words.parts.history}{' '}
      <strong data-testid="balance-cash">
        <bdi>{locale.money(wallet.balance)}</bdi>
      </strong>{' '}
      {wallet.bonus.minor > 0 && <span data-testid="balance-bonus">{locale.fill(words.bonusBeside, { amount: locale.money(wallet.bonus) })}</span>}
    </p>
  );
}
