/** The balance in the page's head: cash, and bonus beside it. It opens the panel of the customer's money. */
import { useLocale } from '@furlong/club';

import type { MoneyState } from './wallet';
import { moneyWords } from './words';

interface HeadBalanceProps {
  readonly state: MoneyState;
  readonly onOpen: () => void;
}

export function HeadBalance({ state: { standing, wallet }, onOpen }: HeadBalanceProps) {
  const locale = useLocale();
  const words = moneyWords(locale);
  if (standing === 'none' || standing === 'signed-out') return null;
  return (
    <button type="button" className="balance" data-testid="balance" data-standing={standing} aria-haspopup="dialog" onClick={onOpen}>
      <span className="balance-title">{words.title}</span>{' '}
      {wallet === null ? (
        <span aria-hidden="true">–</span>
      ) : (
        <>
          <strong data-testid="balance-cash">
            <bdi>{locale.money(wallet.balance)}</bdi>
          </strong>{' '}
          {wallet.bonus.minor > 0 && (
            <span data-testid="balance-bonus">{locale.fill(words.bonusBeside, { amount: locale.money(wallet.bonus) })}</span>
          )}
        </>
      )}
    </button>
  );
}
