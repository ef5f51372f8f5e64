/** Budgets of the current week: what is set, chosen, reserved and left; setting one. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Tune from '@mui/icons-material/Tune';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useNotify, usePermissions } from 'react-admin';

import { budgetInWords } from './budget.ts';
import { useBrand } from '../../frame/brand.tsx';
import { FigureTable } from '../figures/FigureTable.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { RowsLink } from '../figures/RowsLink.tsx';
import { ToneChip } from '../../look/ToneChip.tsx';
import { number, typedCount } from '../../money/amounts.ts';
import { run } from '../../graph/graph.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { WeekSelect } from '../../time/WeekSelect.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { RISK_BUDGETS, SET_RISK_BUDGET } from '../../graph/generated/operations.ts';
import { zoneOf } from '../../time/moments.ts';
import { weekAt, weekCell, weekName } from '../../time/weeks.ts';
import { rewardName } from '../../frame/names.ts';
import { WORDS } from '../../words/index.ts';

/** So many weeks after the current one can have a budget of their own from here. */
const COMING_WEEKS = 12;
const PAST_WEEKS = 4;

function BudgetButton({ brand, onSet }: { readonly brand: string; readonly onSet: (isoWeek: string) => void }) {
  const [open, setOpen] = useState(false);
  const [reward, setReward] = useState('');
  const [isoWeek, setIsoWeek] = useState('');
  const [rewards, setRewards] = useState('');
  const [reason, setReason] = useState('');
  const notify = useNotify();
  const { count, problem } = typedCount(rewards);
  const known = useBrand().brands.find(({ id }) => id === brand)?.rewards ?? [];
  const rewardIds = [...new Set(known.map(({ rewardId }) => rewardId))];

  async function submit() {
    const input = {
      brand,
      reward,
      isoWeek: isoWeek === '' ? null : isoWeek,
      rewards: count,
      reason,
    };
    const { setRiskBudget } = await run(SET_RISK_BUDGET, { input });
    const proposed = setRiskBudget.proposal !== null;
    notify(proposed ? WORDS.common.submittedForApproval : WORDS.risk.setOnAllNodes, { type: 'success' });
    setOpen(false);
    setReason('');
    onSet(isoWeek);
  }

  return (
    <>
      <Button startIcon={<Tune />} onClick={() => setOpen(true)}>
        {WORDS.risk.setABudget}
      </Button>
      <FormDialog title={WORDS.risk.setABudget} label={WORDS.risk.set} open={open} disabled={problem !== ''} onClose={() => setOpen(false)} onSubmit={submit}>
        <TextField select label={WORDS.common.reward} value={reward} onChange={(event) => setReward(event.target.value)} required fullWidth margin="dense">
          {rewardIds.map((id) => (
            <MenuItem key={id} value={id}>
              {rewardName(brand, id)}
            </MenuItem>
          ))}
        </TextField>
        <WeekSelect brand={brand} value={isoWeek} onChange={setIsoWeek} after={COMING_WEEKS} every={WORDS.risk.everyWeekWithoutBudgetOwn} />
        <TextField
          label={WORDS.risk.numberOfRewards}
          value={rewards}
          onChange={(event) => setRewards(event.target.value)}
          error={problem !== ''}
          helperText={problem || WORDS.risk.emptyForNoLimit}
          slotProps={{ htmlInput: { inputMode: 'numeric', autoComplete: 'off' } }}
          fullWidth
          margin="dense"
        />
        <TextField
          label={WORDS.common.reason}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          helperText={WORDS.common.keptInTheAuditLog}
          required
          fullWidth
          multiline
          margin="dense"
        />
        {reward !== '' && problem === '' && (
          <Alert severity="info" role="status">
            {budgetInWords(rewardName(brand, reward), isoWeek, count)}
          </Alert>
        )}
      </FormDialog>
    </>
  );
}

export function BudgetsSection({ brand }: { readonly brand: string }) {
  const [chosen, setChosen] = useState('');
  const [now] = useState(() => weekAt(Date.now(), zoneOf(brand)));
  const { data, problem, reload } = useGraph(RISK_BUDGETS, { brand, isoWeek: chosen === '' ? null : chosen });
  const { permissions } = usePermissions<ReadonlySet<string>>();

  /** Show the week that a budget was set for, in which it is at once; this one if it is for every week. */
  function show(isoWeek: string) {
    setChosen(isoWeek === now ? '' : isoWeek);
    reload();
  }

  if (problem !== '' || data === null) return <Waiting problem={problem} />;
  return (
    <FigureTable
      title={chosen === '' || chosen === now ? WORDS.risk.budgetsOfThisWeek : WORDS.risk.budgetsOf({ week: weekName(chosen) })}
      rows={data.riskBudgets.nodes}
      rowKey={(line) => line.id}
      csv={{ table: 'budgets', parameters: { brand, ...(chosen === '' ? {} : { isoWeek: chosen }) } }}
      columns={[
        { head: WORDS.common.reward, cell: (line) => rewardName(brand, line.reward) },
        { head: WORDS.common.week, cell: (line) => line.own ? WORDS.risk.itsOwn({ week: weekCell(line.isoWeek) }) : weekCell(line.isoWeek) },
        { head: WORDS.risk.budget, numeric: true, cell: (line) => number(line.budget) },
        {
          head: WORDS.risk.chosen,
          numeric: true,
          cell: (line) => (
            <RowsLink to={{ brand, isoWeek: line.isoWeek, figure: 'CHOSE', reward: line.reward }}>{number(line.chosen)}</RowsLink>
          ),
        },
        { head: WORDS.common.reserved, numeric: true, cell: (line) => number(line.reserved) },
        { head: WORDS.risk.dueOrPaid, numeric: true, cell: (line) => number(line.expected + line.owed + line.credited) },
        { head: WORDS.risk.left, numeric: true, cell: (line) => number(line.left) },
        { head: WORDS.risk.choosing, cell: (line) => <ToneChip tone={line.stopped ? 'bad' : 'good'} label={line.stopped ? WORDS.common.stopped : WORDS.common.open} /> },
      ]}
    >
      <Typography variant="body2" color="textSecondary">
        {WORDS.risk.inNumbersOfRewards}
      </Typography>
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
        <Box sx={{ width: 260 }}>
          <WeekSelect brand={brand} value={chosen === '' ? now : chosen} onChange={setChosen} before={PAST_WEEKS} after={COMING_WEEKS} isFilter />
        </Box>
        {permissions?.has('risk.budget') === true && <BudgetButton brand={brand} onSet={show} />}
      </Stack>
    </FigureTable>
  );
}
