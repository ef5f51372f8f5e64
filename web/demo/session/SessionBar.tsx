/** The current session: one of the demo's customers, or a pasted token. */
import { sessionOfToken, type Session } from '@furlong/client';
import { useId, useState, type SubmitEvent } from 'react';

import { sessionOfCustomer, type Demo } from './demo';

interface SessionBarProps {
  readonly demo: Demo | null;
  readonly session: Session;
  readonly onSession: (session: Session) => void;
}

export function SessionBar({ demo, session, onSession }: SessionBarProps) {
  return demo === null ? (
    <TokenField session={session} onSession={onSession} />
  ) : (
    <CustomerPicker demo={demo} session={session} onSession={onSession} />
  );
}

interface CustomerPickerProps extends SessionBarProps {
  readonly demo: Demo;
}

function CustomerPicker({ demo, session, onSession }: CustomerPickerProps) {
  const id = useId();
  function pick(customerId: string): void {
    const customer = demo.customers.find((one) => one.id === customerId);
    onSession(
      customer === undefined
        ? { brand: demo.brand, token: null, customer: null }
        : sessionOfCustomer(customer),
    );
  }
  return (
    <div className="session" lang="en-GB" dir="ltr">
      <label htmlFor={id}>Demo customer</label>
      <select
        id={id}
        data-testid="customer-picker"
        value={session.customer ?? ''}
        onChange={(event) => pick(event.target.value)}
      >
        {demo.customers.map(({ id: customer, brand, note }) => (
          <option key={`${brand}:${customer}`} value={customer}>
            {customer} · {note}
          </option>
        ))}
        <option value="">Not signed in</option>
      </select>
    </div>
  );
}

function TokenField({ session, onSession }: Omit<SessionBarProps, 'demo'>) {
  const id = useId();
  const [pasted, setPasted] = useState('');
  const [refused, setRefused] = useState(false);

  function signIn(event: SubmitEvent): void {
    event.preventDefault();
    const found = sessionOfToken(pasted);
    setRefused(found === null);
    if (found !== null) {
      setPasted('');
      onSession(found);
    }
  }

  if (session.customer !== null) {
    return (
      <div className="session" lang="en-GB" dir="ltr">
        <span>Signed in as {session.customer}</span>
        <button type="button" onClick={() => onSession({ ...session, token: null, customer: null })}>
          Sign out
        </button>
      </div>
    );
  }
  return (
    <form className="session" lang="en-GB" dir="ltr" onSubmit={signIn}>
      <label htmlFor={id}>Paste a session token</label>
      <input
        id={id}
        data-testid="session-token"
        type="password"
        autoComplete="off"
        value={pasted}
        aria-invalid={refused}
        aria-describedby={`${id}-fault`}
        onChange={(event) => setPasted(event.target.value)}
      />
      <button type="submit">Sign in</button>
      <span id={`${id}-fault`} className="session-fault" role="alert">
        {refused && 'That is not a session token.'}
      </span>
    </form>
  );
}
