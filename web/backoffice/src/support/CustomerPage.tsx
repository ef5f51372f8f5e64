/** A customer: account, membership, current week, legal holds, the timeline, and what support can do. */
import DeleteForever from '@mui/icons-material/DeleteForever';
import Gavel from '@mui/icons-material/Gavel';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useCallback, useEffect, useState } from 'react';
import { Title, usePermissions } from 'react-admin';
import { useParams, useSearchParams } from 'react-router-dom';

import { AdjustButton } from './AdjustButton.tsx';
import { accountState, membership } from './customer.ts';
import { CustomerCards } from './CustomerCards.tsx';
import { ExportButton } from './ExportButton.tsx';
import { GoodwillButton } from './GoodwillButton.tsx';
import { MoneyCard } from './MoneyCard.tsx';
import { Timeline } from './Timeline.tsx';
import { WhyButton } from './WhyButton.tsx';
import { ChangeButton, type Deed } from '../components/ChangeButton.tsx';
import { OthersAbout } from '../people/approvals/OthersAbout.tsx';
import { RowMenu } from '../components/RowMenu.tsx';
import { Waiting } from '../components/Waiting.tsx';
import { brandName } from '../frame/names.ts';
import { run } from '../graph/graph.ts';
import { CopyButton } from '../look/CopyButton.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { moment } from '../time/moments.ts';
import { messageOf } from '../session/session.ts';
import { ERASE, LIFT_HOLD, PUT_HOLD, READ_CUSTOMER } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { Customer, Hold, ReadCustomer } from '../graph/generated/operations.ts';

function Holds({ holds, brand, onDone }: { readonly holds: readonly Hold[]; readonly brand: string; readonly onDone: () => void }) {
  return holds.map((hold) =>
    hold.liftedAt === null ? (
      <Alert
        key={hold.id}
        severity="warning"
        action={
          <ChangeButton
            label={WORDS.support.removeLegalHold}
            question={WORDS.support.theCustomerMayBeErasedAgain}
            change={(reason) => run(LIFT_HOLD, { input: { holdId: hold.id, reason } })}
            wantsReason
            onDone={onDone}
          />
        }
      >
        {WORDS.support.legalHoldSinceBy({ putAt: moment(hold.putAt, brand), putBy: hold.putBy, reason: hold.reason })}
      </Alert>
    ) : (
      <Typography key={hold.id} variant="body2" color="textSecondary">
        {WORDS.support.legalHoldOfLiftedBy({ putAt: moment(hold.putAt, brand), reason: hold.reason, liftedBy: hold.liftedBy ?? '', liftReason: hold.liftReason ?? '' })}
      </Typography>
    ),
  );
}

/** What the law asks for: that nothing is erased, or that all is. */
function legal({ id }: Customer, onDone: () => void): readonly Deed[] {
  const variables = (reason: string) => ({ input: { customer: id, reason } });
  return [
    {
      label: WORDS.support.placeLegalHold,
      question: WORDS.support.customerNotErasedUntil,
      change: (reason) => run(PUT_HOLD, variables(reason)),
      wantsReason: true,
      icon: <Gavel fontSize="small" />,
      onDone,
    },
    {
      label: WORDS.support.erase,
      done: WORDS.common.submittedForApproval,
      question: WORDS.support.anotherPersonHasToApproveIt,
      change: (reason) => run(ERASE, variables(reason)),
      wantsReason: true,
      color: 'error',
      icon: <DeleteForever fontSize="small" />,
    },
  ];
}

function Actions({ customer, onDone }: { readonly customer: Customer; readonly onDone: () => void }) {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const may = (name: string) => permissions?.has(name) === true;
  return (
    <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap' }}>
      {may('support.adjust') && <AdjustButton customer={customer.id} week={customer.week} onDone={onDone} />}
      {may('support.goodwill') && <GoodwillButton customer={customer.id} onDone={onDone} />}
      {may('support.export') && <ExportButton customer={customer.id} />}
      {may('support.erase') && <RowMenu about={WORDS.support.customer({ customerId: customer.customerId })} deeds={legal(customer, onDone)} />}
    </Stack>
  );
}

export function CustomerPage() {
  const { id = '' } = useParams();
  return <CustomerOf key={id} id={id} />;
}

function CustomerOf({ id }: { readonly id: string }) {
  const bet = useSearchParams()[0].get('bet');
  const [read, setRead] = useState<ReadCustomer | null>(null);
  const [problem, setProblem] = useState('');
  const [version, setVersion] = useState(0);
  const mayReadProposals = usePermissions<ReadonlySet<string>>().permissions?.has('approvals.read') === true;
  const again = useCallback(() => setVersion((before) => before + 1), []);

  useEffect(() => {
    run(READ_CUSTOMER, { id })
      .then(setRead)
      .catch((error: unknown) => setProblem(messageOf(error)));
  }, [id, version]);

  if (problem !== '') return <Alert severity="info">{problem}</Alert>;
  if (read === null) {
    return (
      <>
        <Title title={WORDS.common.customer} />
        <Waiting problem="" />
      </>
    );
  }
  const { customer, legalHolds } = read;
  const isCalm = legalHolds.every(({ liftedAt }) => liftedAt !== null);
  return (
    <Stack spacing={2} sx={{ marginTop: 2, minWidth: 0 }}>
      <Title title={WORDS.support.customerOf({ customerId: customer.customerId, brand: brandName(customer.brand) })} />
      <Heading customer={customer} onDone={again} />
      {bet !== null && (
        <Alert severity="info" action={<WhyButton brand={customer.brand} betId={bet} />}>
          {WORDS.support.thisCustomerPlacedTheBet({ bet })}
        </Alert>
      )}
      <CustomerCards customer={customer}>
        <Stack spacing={1}>
          <Holds holds={legalHolds} brand={customer.brand} onDone={again} />
          {isCalm && <Typography color="textSecondary">{WORDS.support.noLegalHoldIsInPlace}</Typography>}
          {mayReadProposals && <OthersAbout key={version} subject={`customer:${customer.id}`} orElse={WORDS.support.noProposalsAreWaiting} />}
        </Stack>
      </CustomerCards>
      <Card sx={{ padding: 2 }}>
        <Stack spacing={1}>
          <Typography component="h2" variant="h6">
            {WORDS.support.money}
          </Typography>
          <MoneyCard version={version} id={customer.id} brand={customer.brand} />
        </Stack>
      </Card>
      <Card sx={{ padding: 2 }}>
        <Timeline id={customer.id} brand={customer.brand} version={version} />
      </Card>
    </Stack>
  );
}

/** Who it is, in which state, and the likeliest deeds. */
function Heading({ customer, onDone }: { readonly customer: Customer; readonly onDone: () => void }) {
  const notes = [brandName(customer.brand), membership(customer)];
  return (
    <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center', justifyContent: 'space-between' }}>
      <Box sx={{ minWidth: 0 }}>
        <Stack direction="row" spacing={1} useFlexGap sx={{ alignItems: 'center', flexWrap: 'wrap' }}>
          <Typography variant="h5" component="h1" sx={{ overflowWrap: 'anywhere' }}>
            {customer.customerId}
          </Typography>
          <CopyButton text={customer.customerId} what={customer.customerId} isIcon />
          <ToneChip {...accountState(customer)} />
        </Stack>
        <Typography color="textSecondary">{notes.join(' · ')}</Typography>
      </Box>
      <Actions customer={customer} onDone={onDone} />
    </Stack>
  );
}
