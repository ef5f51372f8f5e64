/** Adds a bank account to withdraw to: the holder's name and the IBAN, which the server checks. */
import { freshKey } from '@furlong/client';
import { useLocale } from '@furlong/club';
import { useEffect, useId, useRef, useState, type SubmitEvent } from 'react';

import type { MoneyWords } from '../messages/messages';
import { type MoneyControls, sleep } from '../useMoney';
import { moneyWords } from '../words';
import type { PaymentWords } from './messages/messages';
import type { Method } from './payments';
import { refusalInWords } from './paymentWords';
import { type AccountRefused, sendAccount } from './sending';

interface AddAccountProps {
  readonly methods: readonly Method[];
  readonly money: MoneyControls;
  readonly onMethods: (methods: readonly Method[]) => void;
}

type Field = 'holder' | 'iban';
/** What is wrong, at a field or with the whole. */
interface Fault {
  readonly at: Field | null;
  readonly text: string;
}

const NOTHING: Readonly<Record<Field, string>> = { holder: '', iban: '' };
/** As the server takes names. */
const MAX_HOLDER = 70;

export function AddAccount({ methods, money: { ask, session }, onMethods }: AddAccountProps) {
  const id = useId();
  const locale = useLocale();
  const words = moneyWords(locale);
  const texts = words.payments;
  const [isOpen, setOpen] = useState(methods.length === 0);
  const [typed, setTyped] = useState(NOTHING);
  const [fault, setFault] = useState<Fault | null>(null);
  const [done, setDone] = useState('');
  const [isSending, setSending] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  const wasPressed = useRef(false);

  // What a press opens may be below what is seen of the panel.
  useEffect(() => {
    if (isOpen && wasPressed.current) document.getElementById(`${id}-holder`)?.focus();
  }, [isOpen, id]);

  /** Opens or closes the form; what was typed is not kept. */
  function show(opened: boolean): void {
    setOpen(opened);
    setTyped(NOTHING);
    setFault(null);
    if (!opened) toggle.current?.focus();
  }

  function fail(wrong: Fault): void {
    setFault(wrong);
    if (wrong.at !== null) document.getElementById(`${id}-${wrong.at}`)?.focus();
  }

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isSending) return;
    const [holder, iban] = [typed.holder.trim(), typed.iban.trim()];
    const missing = missingIn(holder, iban, texts);
    if (missing !== null) {
      fail(missing);
      return;
    }
    setSending(true);
    setFault(null);
    setDone('');
    const outcome = await sendAccount(holder, iban, freshKey(), { ask, token: session.token, brand: session.brand, sleep });
    setSending(false);
    if (outcome.kind === 'added') take(outcome.methods);
    else fail(faultOf(outcome, words));
  }

  function take(newest: readonly Method[]): void {
    const known = new Set(methods.map((method) => method.id));
    const added = newest.find((method) => !known.has(method.id));
    onMethods(newest);
    show(false);
    setDone(added === undefined ? texts.known : locale.fill(texts.added, { name: added.name }));
  }

  function field(name: Field, label: string, help: string) {
    const isWrong = fault?.at === name;
    return (
      <div className="account-field">
        <label htmlFor={`${id}-${name}`}>{label}</label>
        <input
          id={`${id}-${name}`}
          data-testid={`account-${name}`}
          value={typed[name]}
          maxLength={MAX_HOLDER}
          autoComplete={name === 'holder' ? 'name' : 'off'}
          spellCheck={false}
          dir={name === 'holder' ? 'auto' : 'ltr'}
          aria-invalid={isWrong}
          aria-describedby={`${id}-${name}-help`}
          onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
        />
        <p className="money-help" id={`${id}-${name}-help`}>
          {isWrong ? (
            <span className="fault" data-testid="account-fault">
              {fault.text}
            </span>
          ) : (
            help
          )}
        </p>
      </div>
    );
  }

  return (
    <div className="add-account">
      <button
        ref={toggle}
        type="button"
        className="quiet"
        data-testid="add-account"
        aria-expanded={isOpen}
        onClick={() => {
          setDone('');
          wasPressed.current = true;
          show(!isOpen);
        }}
      >
        {isOpen ? words.cancel : texts.addAccount}
      </button>
      {isOpen && (
        <form className="limit-form" aria-label={texts.addAccount} data-testid="account-form" onSubmit={(event) => void submit(event)} noValidate>
          {field('holder', texts.holder, texts.holderHelp)}
          {field('iban', texts.iban, '')}
          <button type="submit" className="primary" data-testid="add-this-account" aria-disabled={isSending}>
            {texts.add}
          </button>
        </form>
      )}
      <p className="change-notice" role="status" data-testid="account-notice" data-good={fault === null}>
        {isSending ? words.sending : (fault?.at === null && fault.text) || done}
      </p>
    </div>
  );
}

function missingIn(holder: string, iban: string, texts: PaymentWords): Fault | null {
  if (holder === '') return { at: 'holder', text: texts.enterHolder };
  return iban === '' ? { at: 'iban', text: texts.enterIban } : null;
}

/** Why an account was not added. Only the IBAN can be wrong in a way that the server alone finds. */
export function faultOf(outcome: AccountRefused, words: MoneyWords): Fault {
  switch (outcome.kind) {
    case 'refused':
      if (outcome.code === 'INVALID') return { at: 'iban', text: words.payments.wrongIban };
      if (outcome.code === 'METHOD_UNAVAILABLE') return { at: 'iban', text: words.payments.ours };
      return { at: null, text: outcome.code === 'NOT_ALLOWED_HERE' ? words.payments.tooMany : refusalInWords(outcome.code, words) };
    case 'unknown':
      return { at: null, text: words.unknownOutcome };
    case 'signed-out':
      return { at: null, text: words.refused.UNAUTHENTICATED };
  }
}
