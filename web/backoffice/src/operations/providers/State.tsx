/** Whether rewards are sent to a provider, and the button that stops or starts it on all nodes. */
import Chip from '@mui/material/Chip';

import { ChangeButton } from '../../components/ChangeButton.tsx';
import { age } from '../page/words.ts';
import { run } from '../../graph/graph.ts';
import { SWITCH_PROVIDER } from '../../graph/generated/operations.ts';

import type { Provider } from '../../graph/generated/operations.ts';

export function State({ of: one }: { readonly of: Provider }) {
  if (one.stopped) {
    const where = one.everywhere ? 'stopped on all nodes' : 'stopped by an alarm';
    return <Chip size="small" color="error" label={`${where} for ${age(one.since)}: ${one.reason ?? ''}`} />;
  }
  if (one.configuration?.enabled === false) return <Chip size="small" label="disabled by its configuration" />;
  return <Chip size="small" color="success" variant="outlined" label="in use" />;
}

export function SwitchButton({ of: { id, stopped } }: { readonly of: Provider }) {
  return (
    <ChangeButton
      label={stopped ? `Start ${id}` : `Stop ${id}`}
      question={stopped ? 'Rewards are sent to it again, on all nodes.' : 'Nothing more is sent to it, on all nodes; its rewards wait.'}
      change={(reason) => run(SWITCH_PROVIDER, { input: { provider: id, off: !stopped, reason } })}
      wantsReason
      color={stopped ? 'primary' : 'error'}
    />
  );
}
