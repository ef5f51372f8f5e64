/** Removes the bank account to which a withdrawal would go. */
import { freshKey } from '@furlong/client';
import { useLocale } from '@furlong/club';
import { useState } from 'react';

import { type MoneyControls, sleep } from '../useMoney';
import { moneyWords } from '../words';
import { faultOf } from './AddAccount';
import type { Method } from './payments';
import { sendRemoval } from './sending';

interface RemoveAccountProps {
  readonly method: Method;
  readonly money: MoneyControls;
  readonly onMethods: (methods: readonly Method[]) => void;
}

export function RemoveAccount({ method, money: { ask, session }, onMethods }: RemoveAccountProps) {
  const words = moneyWords(useLocale());
  const [isSending, setSending] = useState(false);
  const [fault, setFault] = useState('');

  async function remove(): Promise<void> {
    if (isSending) return;
    setSending(true);
    const outcome = await sendRemoval(method.id, freshKey(), { ask, token: session.token, brand: session.brand, sleep });
    setSending(false);
    if (outcome.kind === 'added') onMethods(outcome.methods);
    else setFault(faultOf(outcome, words).text);
  }

  return (
    <>
      <button type="button" className="quiet" data-testid="remove-account" aria-disabled={isSending} onClick={() => void remove()}>
        {words.payments.remove}
      </button>
      <p className="change-notice" role="status" data-testid="removal-notice" data-good={fault === ''}>
        {isSending ? words.sending : fault}
      </p>
    </>
  );
}
