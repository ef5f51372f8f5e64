/** Kill switches of brands, rewards and providers, and the nodes that have not applied each one yet. */
import PowerSettingsNew from '@mui/icons-material/PowerSettingsNew';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { useBrand } from '../frame/brand.tsx';
import { ChangeButton } from '../components/ChangeButton.tsx';
import { DataRows } from './page/DataRows.tsx';
import { FormDialog } from '../components/FormDialog.tsx';
import { Page } from './page/Page.tsx';
import { nameOf, rewardIds, SCOPES, switchables, type Scope, type Switchable, type SwitchState } from './switchable.ts';
import { rewardName } from '../frame/names.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { run } from '../graph/graph.ts';
import { useMay } from './page/may.ts';
import { usePolled } from './page/usePolled.ts';
import { canSwitch } from './providers/State.tsx';
import { forAllBrands } from '../session/permissions.ts';
import { moment } from '../time/moments.ts';
import { KILL_SWITCHES, SET_KILL_SWITCH, SWITCHABLE_PROVIDERS, SWITCH_PROVIDER } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { KillSwitch } from '../graph/generated/operations.ts';

function turn({ scope, name, off }: SwitchState, brand: string, reason: string): Promise<unknown> {
  if (scope === 'provider') return run(SWITCH_PROVIDER, { input: { provider: name, off, reason } });
  return run(SET_KILL_SWITCH, { input: { brand, reward: scope === 'reward' ? name : null, off, reason } });
}

/** The providers that can be switched, for those who may see them. */
function useProviders(): readonly string[] {
  const may = useMay(forAllBrands('operations.read'));
  const { data } = usePolled(SWITCHABLE_PROVIDERS, may ? {} : null, 30);
  return (data?.providers ?? []).filter(canSwitch).map(({ id }) => id);
}

/** Which parts of nodes lack it; all of them until the first report. */
function Acknowledgements({ one }: { readonly one: KillSwitch }) {
  if (one.missing.length === 0) return <Chip size="small" color="success" variant="outlined" label={WORDS.operations.all({ count: one.applied.length })} />;
  return (
    <Stack direction="row" spacing={0.5} useFlexGap sx={{ flexWrap: 'wrap' }}>
      {one.missing.map(({ node, reason }) => (
        <Chip key={node} size="small" color="warning" variant="outlined" label={reason === null ? WORDS.operations.notYet({ node }) : `${node}: ${reason}`} />
      ))}
    </Stack>
  );
}

export function KillSwitches() {
  const { data, problem } = usePolled(KILL_SWITCHES, {}, 1);
  const may = useMay('operations.switch');
  const rows = data?.killSwitches.nodes ?? [];
  const { brand, brands } = useBrand();
  const providers = useProviders();
  const listed = switchables(rows, brands.find(({ id }) => id === brand), providers);
  const off = listed.filter(({ state }) => state.off);
  return (
    <Page
      title={WORDS.frame.screens.switches}
      about={WORDS.operations.eachAppliesEveryNode}
      actions={may && <SwitchOff providers={providers} />}
      problem={problem}
      waiting={data === undefined}
    >
      {off.length > 0 && (
        <Alert severity="warning" role="status" sx={{ marginBottom: 2 }}>
          {WORDS.operations.pausedNow({ off: off.map(nameOf).join(', ') })}
        </Alert>
      )}
      <DataRows
        label={WORDS.operations.killSwitches}
        rows={listed}
        id={({ id }) => id}
        nothing={WORDS.operations.nothingCanBeSwitchedOffHere}
        filledBy={WORDS.operations.brandsRewardsProviders}
        columns={[
          { head: WORDS.common.what, cell: nameOf },
          { head: WORDS.common.state, cell: ({ state: { off: isOff } }) => <ToneChip tone={isOff ? 'bad' : 'good'} label={isOff ? WORDS.operations.paused : WORDS.operations.running} /> },
          { head: WORDS.operations.nodesThatHaveAppliedIt, cell: ({ decided }) => (decided === null ? '–' : <Acknowledgements one={decided} />) },
          { head: WORDS.common.since, cell: ({ decided, brand: of }) => moment(decided?.decidedAt, of) },
          { head: WORDS.common.by, cell: ({ decided }) => decided?.decidedBy ?? '–' },
          { head: WORDS.common.reason, cell: ({ decided }) => decided?.reason ?? '–' },
          { head: WORDS.common.change, isMenu: true, cell: (one) => may && <Box sx={{ whiteSpace: 'nowrap' }}><Turn one={one} /></Box> },
        ]}
      />
    </Page>
  );
}

function Turn({ one }: { readonly one: Switchable }) {
  const { state } = one;
  const { off } = state;
  return (
    <ChangeButton
      label={off ? WORDS.operations.switchOn : WORDS.operations.switchOff}
      done={off ? WORDS.common.deedDone.switchedOn : WORDS.common.deedDone.switchedOff}
      question={off ? WORDS.operations.runsAgainOnAllNodes({ name: nameOf(one) }) : WORDS.operations.isPausedOnAllNodes({ name: nameOf(one), scope: MEANING[state.scope] })}
      change={(reason) => turn({ ...state, off: !off }, one.brand, reason)}
      wantsReason
      color={off ? 'primary' : 'error'}
    />
  );
}

const MEANING: Readonly<Record<Scope, string>> = WORDS.operations.meaningOfSwitch;

function SwitchOff({ providers }: { readonly providers: readonly string[] }) {
  const [open, setOpen] = useState(false);
  const [scope, setScope] = useState<Scope>('brand');
  const [name, setName] = useState('');
  const [reason, setReason] = useState('');
  const { brand, brands } = useBrand();
  const shown = brands.find(({ id }) => id === brand);

  async function submit() {
    await turn({ scope, name, off: true }, brand ?? '', reason);
    setOpen(false);
    setName('');
    setReason('');
  }

  return (
    <>
      <Button color="error" variant="outlined" startIcon={<PowerSettingsNew />} onClick={() => setOpen(true)}>
        {WORDS.operations.switchOff}
      </Button>
      <FormDialog title={WORDS.operations.switchOffOnAllNodes} open={open} label={WORDS.operations.switchOff} onClose={() => setOpen(false)} onSubmit={submit}>
        <Stack spacing={2} sx={{ paddingTop: 1 }}>
          <TextField select label={WORDS.common.what} value={scope} onChange={(event) => {
              setScope(event.target.value as Scope);
              setName('');
            }}>
            {SCOPES.map((each) => (
              <MenuItem key={each} value={each}>
                {WORDS.operations.scopes[each]}
              </MenuItem>
            ))}
          </TextField>
          {scope !== 'provider' && <Alert severity="info">{WORDS.operations.brandChosenBar({ name: shown?.name ?? WORDS.common.noBrand })}</Alert>}
          {scope === 'reward' && (
            <TextField select label={WORDS.common.reward} value={name} onChange={(event) => setName(event.target.value)} required>
              {(shown === undefined ? [] : rewardIds(shown)).map((id) => (
                <MenuItem key={id} value={id}>
                  {rewardName(brand, id)}
                </MenuItem>
              ))}
            </TextField>
          )}
          {scope === 'provider' && (
            <TextField select label={WORDS.common.provider} value={name} onChange={(event) => setName(event.target.value)} required>
              {providers.map((id) => (
                <MenuItem key={id} value={id}>
                  {id}
                </MenuItem>
              ))}
            </TextField>
          )}
          <Alert severity="warning">{MEANING[scope]}</Alert>
          <TextField
            label={WORDS.common.reason}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            helperText={WORDS.common.nodesAndTheAuditLogShowIt}
            required
            multiline
          />
        </Stack>
      </FormDialog>
    </>
  );
}
