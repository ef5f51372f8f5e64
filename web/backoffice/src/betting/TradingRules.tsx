/** What traders have suspended and limited, and what bets of the brand may cost, have and wait. */
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useNotify } from 'react-admin';

import { Failed } from '../components/Waiting.tsx';
import { SuspendButton } from './SuspendButton.tsx';
import { TermsButton } from './TermsButton.tsx';
import { DecideButtons } from './DecideButtons.tsx';
import { limitInWords, targetName, termsInWords } from './words.ts';
import { ChangeButton } from '../components/ChangeButton.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { run } from '../graph/graph.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useMay } from '../operations/page/may.ts';
import { Page } from '../operations/page/Page.tsx';
import { usePolled } from '../operations/page/usePolled.ts';
import { moment } from '../time/moments.ts';
import { DECLARED_VOIDS, LIMIT_BETTING, PROPOSE_VOID, TRADING_RULES } from '../graph/generated/operations.ts';

import type { DeclaredVoid, LimitOfTraders } from '../graph/generated/operations.ts';

const SECONDS = 5;

export function TradingRules() {
  const { brand } = useBrand();
  return (
    <Page
      title="Suspended and limits"
      about="What takes no bets, and how much is taken. The narrowest limit decides: a selection’s before its market’s, event’s, kind’s, sport’s and the brand’s. This page updates automatically."
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && <OfBrand key={brand} brand={brand} />}
    </Page>
  );
}

function OfBrand({ brand }: { readonly brand: string }) {
  const { data, problem, refresh } = usePolled(TRADING_RULES, { brand }, SECONDS);
  const mayTrade = useMay('betting.trade');
  const rules = data?.tradingRules;
  if (rules === undefined) return problem === '' ? null : <Failed problem={problem} />;
  return (
    <>
      {mayTrade && <DecideButtons brand={brand} onSettled={refresh} />}
      <Heading>Suspended</Heading>
      <DataRows
        label="Suspended"
        rows={rules.suspended}
        id={({ id }) => id}
        nothing="Bets are taken on everything that is offered."
        filledBy="What you suspend appears here, until you take bets on it again."
        columns={[
          { head: 'What', cell: targetName },
          { head: 'Starts', cell: ({ startsAt }) => (startsAt === null ? '–' : moment(startsAt, brand)) },
          {
            head: 'Change',
            cell: ({ scope, targetId, name }) => mayTrade && <SuspendButton brand={brand} scope={scope} target={targetId} name={name} suspended onSettled={refresh} />,
          },
        ]}
      />
      <Voids brand={brand} />
      <Heading>Limits</Heading>
      <DataRows
        label="Limits"
        rows={rules.limits}
        id={({ id }) => id}
        nothing="Nothing is limited beside the stakes below."
        filledBy="A limit is of each selection in what it is about."
        columns={[
          { head: 'What', cell: targetName },
          { head: 'Currency', cell: ({ currency }) => currency },
          { head: 'At most', cell: limitInWords },
          { head: 'Change', cell: (limit) => mayTrade && <RemoveLimit brand={brand} limit={limit} onSettled={refresh} /> },
        ]}
      />
      <Heading>Stakes, selections and delay</Heading>
      <Stack spacing={1} sx={{ marginBottom: 3, alignItems: 'flex-start' }}>
        {termsInWords(rules).map((sentence) => (
          <Typography key={sentence}>{sentence}</Typography>
        ))}
        {mayTrade && <TermsButton brand={brand} rules={rules} onSettled={refresh} />}
      </Stack>
      {rules.decidedAt !== null && (
        <Typography variant="body2" color="textSecondary">
          Last decided by {rules.decidedBy} on {moment(rules.decidedAt, brand)}: {rules.reason}
        </Typography>
      )}
    </>
  );
}

function Voids({ brand }: { readonly brand: string }) {
  const { data, problem, refresh } = usePolled(DECLARED_VOIDS, { brand }, SECONDS);
  const mayVoid = useMay('betting.void');
  return (
    <>
      <Heading>Void</Heading>
      {problem !== '' && <Failed problem={problem} />}
      <DataRows
        label="Void"
        rows={data?.declaredVoids ?? []}
        id={({ id }) => id}
        nothing={data === undefined ? 'Reading…' : 'All bets are settled by their results.'}
        filledBy="Markets and selections on which all bets are void appear here, once two traders have decided it."
        columns={[
          { head: 'What', cell: targetName },
          { head: 'Decided', cell: ({ decidedBy, decidedAt }) => `${decidedBy}, ${moment(decidedAt, brand)}` },
          { head: 'Why', cell: ({ reason }) => reason },
          { head: 'Change', cell: (declared) => mayVoid && <TakeBack brand={brand} declared={declared} onSettled={refresh} /> },
        ]}
      />
    </>
  );
}

function TakeBack({ brand, declared, onSettled }: { readonly brand: string; readonly declared: DeclaredVoid; readonly onSettled: () => void }) {
  const notify = useNotify();
  const { scope, targetId: target } = declared;
  return (
    <ChangeButton
      label="Propose to restore"
      question={`Bets on ${targetName(declared)} are settled by the result again, once another trader approves it: what was paid back as stake is taken back. It takes no new bets until somebody resumes it. Say what was wrong.`}
      change={(reason) => run(PROPOSE_VOID, { input: { brand, scope, target, void: false, reason } })}
      wantsReason
      color="error"
      onDone={() => notify('Submitted for approval', { type: 'success' })}
      onSettled={onSettled}
    />
  );
}

function Heading({ children }: { readonly children: string }) {
  return (
    <Typography variant="h6" component="h3" gutterBottom>
      {children}
    </Typography>
  );
}

function RemoveLimit({ brand, limit, onSettled }: { readonly brand: string; readonly limit: LimitOfTraders; readonly onSettled: () => void }) {
  const notify = useNotify();
  const { scope, targetId: target, currency } = limit;
  return (
    <ChangeButton
      label="Remove"
      question={`${targetName(limit)} has no limit of its own in ${currency} any more: wider ones decide, if there are any.`}
      change={(reason) => run(LIMIT_BETTING, { input: { brand, scope, target, currency, stakeMinor: null, liabilityMinor: null, reason } })}
      wantsReason
      onDone={() => notify('Limit removed', { type: 'success' })}
      onSettled={onSettled}
    />
  );
}
