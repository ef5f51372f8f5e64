/** Proposes to show something as its providers tell it. */
import Undo from '@mui/icons-material/Undo';

import { SCOPES } from './words.ts';
import { ChangeButton } from '../../components/ChangeButton.tsx';
import { run } from '../../graph/graph.ts';
import { REMOVE_BOARD_ENTRY } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { BoardScope } from '../../graph/generated/operations.ts';

interface Props {
  readonly brand: string;
  readonly scope: BoardScope;
  readonly entry: string;
  readonly seen: number;
  readonly onProposed: () => void;
}

export function RemoveButton({ brand, scope, entry, seen, onProposed }: Props) {
  return (
    <div>
      <ChangeButton
        label={WORDS.board.proposeToRemoveItFromTheBoard}
        done={WORDS.common.submittedForApproval}
        question={WORDS.board.thenShownProvidersTell({ scope: SCOPES[scope] })}
        change={(reason) => run(REMOVE_BOARD_ENTRY, { input: { brand, scope, entry, revision: seen, reason } })}
        wantsReason
        icon={<Undo />}
        onSettled={onProposed}
      />
    </div>
  );
}
