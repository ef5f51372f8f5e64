/** The bell: what others have decided about one's proposals, with the reason; the server remembers the last look. */
import Notifications from '@mui/icons-material/Notifications';
import Badge from '@mui/material/Badge';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import MuiLink from '@mui/material/Link';
import Popover from '@mui/material/Popover';
import Stack from '@mui/material/Stack';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { useEffect, useId, useState } from 'react';
import { usePermissions } from 'react-admin';
import { Link } from 'react-router-dom';

import { brandOrAll } from './names.ts';
import { useDecided, useUnseenDecisions } from './toDecide.ts';
import { run } from '../graph/graph.ts';
import { useGraph } from '../graph/useGraph.ts';
import { Waiting } from '../components/Waiting.tsx';
import { age } from '../operations/page/words.ts';
import { inWords, titleOf } from '../people/approvals/kinds.ts';
import { StatusChip } from '../people/approvals/StatusChip.tsx';
import { moment } from '../time/moments.ts';
import { MY_DECISIONS, SEE_DECISIONS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { Decided } from '../graph/generated/operations.ts';

export function Bell() {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const [button, setButton] = useState<HTMLElement | null>(null);
  const [wasNew, setWasNew] = useState(0);
  const unseen = useUnseenDecisions();
  const title = useId();
  if (permissions?.has('approvals.read') !== true) return null;
  const name = unseen === 0 ? WORDS.frame.decisionsAboutMyProposals : WORDS.frame.decisionsAboutMyProposalsNew({ unseen });

  function open(at: HTMLElement) {
    setWasNew(unseen);
    setButton(at);
  }

  return (
    <>
      <Tooltip title={name}>
        <IconButton color="inherit" aria-label={name} aria-haspopup="dialog" onClick={(event) => open(event.currentTarget)}>
          <Badge badgeContent={unseen === 0 ? null : unseen} color="error">
            <Notifications />
          </Badge>
        </IconButton>
      </Tooltip>
      <Popover
        open={button !== null}
        anchorEl={button}
        onClose={() => setButton(null)}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
        transformOrigin={{ vertical: 'top', horizontal: 'right' }}
        slotProps={{ paper: { role: 'dialog', 'aria-labelledby': title, sx: { width: 440, maxWidth: 'calc(100vw - 32px)', maxHeight: '70vh', border: 1, borderColor: 'divider' } } }}
      >
        <Stack spacing={2} sx={{ padding: '20px' }}>
          <Typography id={title} variant="h6" component="h2">
            {WORDS.frame.decisionsAboutMyProposals}
          </Typography>
          <Decisions wasNew={wasNew} onGo={() => setButton(null)} />
        </Stack>
      </Popover>
    </>
  );
}

interface Props {
  /** How many of the newest ones had not been looked at. */
  readonly wasNew: number;
  readonly onGo: () => void;
}

/** The list is read when it is opened, because that may be a look at customers, which is recorded. */
function Decisions({ wasNew, onGo }: Props) {
  const { data, problem } = useGraph(MY_DECISIONS, {});
  const onLooked = useDecided();
  const newest = data?.myDecisions[0]?.id;

  useEffect(() => {
    if (newest === undefined || wasNew === 0) return;
    run(SEE_DECISIONS, { newest })
      .then(onLooked)
      .catch(() => undefined); // they are new once more the next time
  }, [newest, wasNew, onLooked]);

  if (data === null) return <Waiting problem={problem} />;
  if (data.myDecisions.length === 0) {
    return <Typography color="textSecondary">{WORDS.frame.noDecisionsYet}</Typography>;
  }
  return (
    <Stack component="ul" spacing={2} sx={{ margin: 0, padding: 0, listStyle: 'none' }}>
      {data.myDecisions.map((decided, place) => (
        <Entry key={decided.id} decided={decided} isNew={place < wasNew} onGo={onGo} />
      ))}
    </Stack>
  );
}

function Entry({ decided, isNew, onGo }: { readonly decided: Decided; readonly isNew: boolean; readonly onGo: () => void }) {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const { id, brand, status, decidedAt, decidedBy, decisionReason } = decided;
  const proposal = `/approvals/${encodeURIComponent(id)}/show`;
  const object = inWords(decided)?.object;
  const leadsTo = object !== undefined && permissions?.has(object.permission) === true ? object : { path: proposal, label: WORDS.frame.theProposal };
  return (
    <Box component="li">
      <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
        <StatusChip status={status} />
        {isNew && (
          <Typography component="span" variant="caption" sx={{ fontWeight: 600 }}>
            {WORDS.frame.new}
          </Typography>
        )}
        <Typography component="time" variant="caption" color="textSecondary" dateTime={decidedAt ?? ''} title={moment(decidedAt, brand)}>
          {WORDS.frame.whenAndBrand({ when: decidedBy === null ? WORDS.frame.ago({ decidedAt: age(decidedAt) }) : WORDS.frame.agoBy({ decidedAt: age(decidedAt), decidedBy }), brand: brandOrAll(brand) })}
        </Typography>
      </Stack>
      <MuiLink component={Link} to={proposal} onClick={onGo} sx={{ display: 'table', paddingBlock: '4px', overflowWrap: 'anywhere' }}>
        {titleOf(decided)}
      </MuiLink>
      {decisionReason !== null && <Typography sx={{ overflowWrap: 'anywhere' }}>“{decisionReason}”</Typography>}
      {leadsTo.path !== proposal && (
        <MuiLink component={Link} to={leadsTo.path} onClick={onGo} variant="body2" sx={{ display: 'table', paddingBlock: '4px' }}>
          {leadsTo.label}
        </MuiLink>
      )}
    </Box>
  );
}
