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
import { WORDS } from '../words/index.ts';

import type { DeclaredVoid, LimitOfTraders } from '../graph/generated/operations.ts';

const SECONDS = 5;

export function TradingRules() {
  const { brand } = useBrand();
  return (
    <Page
      title={WORDS.frame.screens.tradingRules}
      about={WORDS.betting.whatTakesNoBetsHowMuch}
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
      <Heading>{WORDS.betting.suspended}</Heading>
      <DataRows
        label={WORDS.betting.suspended}
        rows={rules.suspended}
        id={({ id }) => id}
        nothing={WORDS.betting.betsTakenEverythingOffered}
        filledBy={WORDS.betting.whatYouSuspendAppearsHere}
        columns={[
          { head: WORDS.common.what, cell: targetName },
          { head: WORDS.common.starts, cell: ({ startsAt }) => (startsAt === null ? '–' : moment(startsAt, brand)) },
          {
            head: WORDS.common.change,
            cell: ({ scope, targetId, name }) => mayTrade && <SuspendButton brand={brand} scope={scope} target={targetId} name={name} suspended onSettled={refresh} />,
          },
        ]}
      />
      <Voids brand={brand} />
      <Heading>{WORDS.betting.limits}</Heading>
      <DataRows
        label={WORDS.betting.limits}
        rows={rules.limits}
        id={({ id }) => id}
        nothing={WORDS.betting.nothingLimitedBesideStakes}
        filledBy={WORDS.betting.limitEachSelectionWhat}
        columns={[
          { head: WORDS.common.what, cell: targetName },
          { head: WORDS.common.currency, cell: ({ currency }) => currency },
          { head: WORDS.common.atMost, cell: limitInWords },
          { head: WORDS.common.change, cell: (limit) => mayTrade && <RemoveLimit brand={brand} limit={limit} onSettled={refresh} /> },
        ]}
      />
      <Heading>{WORDS.betting.stakesSelectionsAndDelay}</Heading>
      <Stack spacing={1} sx={{ marginBottom: 3, alignItems: 'flex-start' }}>
        {termsInWords(rules).map((sentence) => (
          <Typography key={sentence}>{sentence}</Typography>
        ))}
        {mayTrade && <TermsButton brand={brand} rules={rules} onSettled={refresh} />}
      </Stack>
      {rules.decidedAt !== null && (
        <Typography variant="body2" color="textSecondary">
          {WORDS.betting.lastDecidedByOn({ decidedBy: rules.decidedBy ?? '', decidedAt: moment(rules.decidedAt, brand), reason: rules.reason ?? '' })}
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
      <Heading>{WORDS.common.void}</Heading>
      {problem !== '' && <Failed problem={problem} />}
      <DataRows
        label={WORDS.common.void}
        rows={data?.declaredVoids ?? []}
        id={({ id }) => id}
        nothing={data === undefined ? WORDS.betting.reading : WORDS.betting.allBetsSettledResults}
        filledBy={WORDS.betting.marketsSelectionsAllBets}
        columns={[
          { head: WORDS.common.what, cell: targetName },
          { head: WORDS.common.decided, cell: ({ decidedBy, decidedAt }) => `${decidedBy}, ${moment(decidedAt, brand)}` },
          { head: WORDS.common.why, cell: ({ reason }) => reason },
          { head: WORDS.common.change, cell: (declared) => mayVoid && <TakeBack brand={brand} declared={declared} onSettled={refresh} /> },
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
      label={WORDS.betting.proposeToRestore}
      question={WORDS.betting.betsSettledResultAgainOnce({ declared: targetName(declared) })}
      change={(reason) => run(PROPOSE_VOID, { input: { brand, scope, target, void: false, reason } })}
      wantsReason
      color="error"
      onDone={() => notify(WORDS.common.submittedForApproval, { type: 'success' })}
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
      label={WORDS.betting.remove}
      question={WORDS.betting.hasNoLimitAnyMore({ limit: targetName(limit), currency })}
      change={(reason) => run(LIMIT_BETTING, { input: { brand, scope, target, currency, stakeMinor: null, liabilityMinor: null, reason } })}
      wantsReason
      onDone={() => notify(WORDS.betting.limitRemoved, { type: 'success' })}
      onSettled={onSettled}
    />
  );
}
