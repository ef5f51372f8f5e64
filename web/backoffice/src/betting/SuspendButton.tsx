/** Takes no bets on something, or takes them again. */
import { useNotify } from 'react-admin';

import { SCOPES, type Scope } from './words.ts';
import { ChangeButton } from '../components/ChangeButton.tsx';
import { run } from '../graph/graph.ts';
import { SUSPEND_BETTING } from '../graph/generated/operations.ts';

interface Props {
  readonly brand: string;
  readonly scope: Scope;
  readonly target: string;
  readonly name: string;
  /** Whether it is suspended now. */
  readonly suspended: boolean;
  readonly onSettled: () => void;
}

export function SuspendButton({ brand, scope, target, name, suspended, onSettled }: Props) {
  const notify = useNotify();
  const what = scope === 'BRAND' ? 'all betting' : `the ${SCOPES[scope].toLowerCase()} “${name === '' ? target : name}”`;
  const question = suspended
    ? `Bets on ${what} are taken again within seconds, unless something it is part of is suspended.`
    : `Bets on ${what} are refused within seconds, also those that wait for the bet delay. Open bets stay as they are.`;
  return (
    <ChangeButton
      label={suspended ? 'Resume' : 'Suspend'}
      question={question}
      change={(reason) => run(SUSPEND_BETTING, { input: { brand, scope, target, suspended: !suspended, reason } })}
      wantsReason
      color={suspended ? 'primary' : 'error'}
      onDone={() => notify(suspended ? 'Bets are taken again' : 'Suspended', { type: 'success' })}
      onSettled={onSettled}
    />
  );
}
