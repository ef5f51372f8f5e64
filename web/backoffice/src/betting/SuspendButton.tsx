/** Takes no bets on something, or takes them again. */
import { useNotify } from 'react-admin';

import { SCOPES, type Scope } from './words.ts';
import { ChangeButton } from '../components/ChangeButton.tsx';
import { run } from '../graph/graph.ts';
import { SUSPEND_BETTING } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

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
  const what = scope === 'BRAND' ? WORDS.betting.allBetting : WORDS.betting.theScopeWhat({ scope: SCOPES[scope].toLowerCase(), what: name === '' ? target : name });
  const question = suspended
    ? WORDS.betting.betsTakenAgainWithin({ what })
    : WORDS.betting.betsRefusedWithinSeconds({ what });
  return (
    <ChangeButton
      label={suspended ? WORDS.common.resume : WORDS.betting.suspend}
      question={question}
      change={(reason) => run(SUSPEND_BETTING, { input: { brand, scope, target, suspended: !suspended, reason } })}
      wantsReason
      color={suspended ? 'primary' : 'error'}
      onDone={() => notify(suspended ? WORDS.betting.betsAreTakenAgain : WORDS.betting.suspended, { type: 'success' })}
      onSettled={onSettled}
    />
  );
}
