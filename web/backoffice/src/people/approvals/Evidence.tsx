/** What an approver looks at beside the words: the week, the text in the widget, the rules that hold, a dry run. */
import Alert from '@mui/material/Alert';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { usePermissions } from 'react-admin';

import { scopeOf } from './boardKinds.ts';
import { Content } from './proposal.ts';
import { changedRules, comparedWith } from './textKinds.ts';
import { Waiting } from '../../components/Waiting.tsx';
import { PreviewPanel } from '../../content/editing/PreviewPanel.tsx';
import { seenBefore } from '../../content/review/earlier.ts';
import { Changes } from '../../content/review/RevisionDiff.tsx';
import { PreviewLists } from '../../events/board/PreviewLists.tsx';
import { firstSeenIn, Where, type SeenIn } from '../../events/board/Where.tsx';
import { EMPTY_AT } from '../../events/board/words.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { DataRows } from '../../operations/page/DataRows.tsx';
import { DryRunPanel } from '../../rules/DryRunPanel.tsx';
import { asSentence } from '../../rules/scheme.ts';
import { standing, targetInWords } from '../../support/adjustment.ts';
import { goodwillEffect } from './moneyKinds.ts';
import { documentOf, earlierRules, schemeInput } from './stored.ts';
import { zoneName } from '../../time/moments.ts';
import { weekName } from '../../time/weeks.ts';
import { READ_BOARD_BRAND, CHECK_SCHEME, CONTENT_DIFF, CONTENT_REVISIONS, CUSTOMER_WEEK, GOODWILL_BUDGETS, SCHEME_VERSIONS, TRY_BOARD_ENTRY } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { Proposal, SchemeInput } from '../../graph/generated/operations.ts';

interface Props {
  readonly proposal: Proposal;
}

export function Evidence({ proposal }: Props) {
  const content = new Content(proposal.content);
  switch (proposal.kind) {
    case 'support.adjustment':
      return proposal.status === 'PENDING' ? <WeekAfter content={content} /> : null;
    case 'support.goodwill':
      return proposal.status === 'PENDING' ? <BudgetAfter content={content} /> : null;
    case 'content.revision':
      return <Text content={content} />;
    case 'events.board':
      return proposal.status === 'PENDING' ? <Lists content={content} proposal={proposal} /> : null;
    case 'rules.scheme':
      return <Rules content={content} brand={proposal.brand ?? ''} />;
    default:
      return null;
  }
}

interface Of {
  readonly content: Content;
}

/** The list as customers see it before and after, first where and when the first placement holds. */
function Lists({ content, proposal }: Of & Props) {
  const brand = proposal.brand ?? '';
  const key = { brand, scope: scopeOf(content), entry: content.text('id') };
  const known = useGraph(READ_BOARD_BRAND, { brand });
  const [chosen, setChosen] = useState<SeenIn | null>(null);
  const placement = content.parts('placements')[0];
  const named = placement?.part('names').entries().map(([locale]) => locale) ?? [];
  const seenIn = chosen ?? (known.data === null ? null : firstSeenIn(known.data.boardBrand, placement?.texts('territories') ?? [], named));
  const [at, setAt] = useState('');
  const { data, problem } = useGraph(TRY_BOARD_ENTRY, seenIn === null ? null : { input: { ...key, proposal: proposal.id, ...seenIn, at } });
  if (known.data === null || seenIn === null || data === null) return <Waiting problem={problem || known.problem} />;
  return (
    <Stack spacing={1}>
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: 'wrap' }}>
        <Where brand={known.data.boardBrand} filters={seenIn} onChange={(changed) => setChosen({ ...seenIn, ...changed })} />
        <TextField label={WORDS.common.atTimeZone({ timeZone: zoneName(known.data.boardBrand.timeZone) })} type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} helperText={EMPTY_AT} />
      </Stack>
      {problem !== '' && <Alert severity="error">{problem}</Alert>}
      {data.tryBoardEntry.warnings.map(({ path, message }) => (
        <Alert key={path} severity="warning">
          {message}
        </Alert>
      ))}
      <PreviewLists preview={data.tryBoardEntry} {...key} />
    </Stack>
  );
}

/** What the week has now and after the approval. */
function WeekAfter({ content }: Of) {
  const customer = `${content.text('brand')}:${content.text('customer')}`;
  const { data, problem } = useGraph(CUSTOMER_WEEK, { customer, isoWeek: content.text('week') });
  if (data === null) return <Waiting problem={problem} />;
  const week = data.customerWeek;
  const amount = content.number('amount_minor');
  return (
    <Stack spacing={1}>
      <DataRows
        label={WORDS.common.theWeek}
        rows={[week]}
        id={({ isoWeek }) => isoWeek}
        nothing=""
        columns={[
          { head: WORDS.common.what, cell: () => WORDS.approvals.countsInTheWeek },
          { head: WORDS.common.before, cell: () => standing(week.totalMinor, week) },
          { head: WORDS.common.after, cell: () => <strong>{standing(week.totalMinor + amount, week)}</strong> },
        ]}
      />
      <Alert severity="info">{targetInWords(week, amount)}</Alert>
    </Stack>
  );
}

/** What is left of the week's goodwill budget without the reward, and with it. */
function BudgetAfter({ content }: Of) {
  const { data, problem } = useGraph(GOODWILL_BUDGETS, { brand: content.text('brand') });
  if (data === null) return <Waiting problem={problem} />;
  const row = goodwillEffect(content, data.goodwillBudgets);
  if (row === null) return <Alert severity="info">{WORDS.approvals.whatDoesBudgetIsntKnown({ week: weekName(content.text('week')) })}</Alert>;
  return (
    <DataRows
      label={WORDS.approvals.theGoodwillBudget}
      rows={[row]}
      id={({ what }) => what}
      nothing=""
      columns={[
        { head: WORDS.common.what, cell: ({ what }) => what },
        { head: WORDS.common.before, cell: ({ before }) => before },
        { head: WORDS.common.after, cell: ({ after }) => <strong>{after}</strong> },
      ]}
    />
  );
}

/** What differs from the text that customers see, and the widget with the new one. */
function Text({ content }: Of) {
  const version = content.number('config_version');
  const itemKey = { brand: content.text('brand'), rewardId: content.text('reward_id'), configVersion: version === 0 ? null : version };
  const revision = content.number('revision');
  const document = documentOf(content.part('document'));
  const locales = document.texts.map((text) => text.locale);
  const [locale, setLocale] = useState(locales[0] ?? '');
  const item = useGraph(CONTENT_REVISIONS, itemKey);
  const revisions = item.data?.contentItem?.revisions.nodes ?? [];
  const published = revisions.find(({ state }) => state === 'PUBLISHED')?.revision ?? null;
  const before = seenBefore(revisions, revision);
  const { data, problem } = useGraph(CONTENT_DIFF, item.data === null ? null : { ...itemKey, before: before?.revision ?? null, after: revision });
  return (
    <Stack spacing={2}>
      <Typography color="textSecondary">{item.data === null ? '' : comparedWith(revision, published, before?.revision ?? null)}</Typography>
      {data === null ? <Waiting problem={problem || item.problem} /> : <Changes changes={data.contentDiff} />}
      {locales.length > 1 && (
        <TextField select size="small" label={WORDS.common.language} value={locale} onChange={(event) => setLocale(event.target.value)} sx={{ maxWidth: 240 }}>
          {locales.map((one) => (
            <MenuItem key={one} value={one}>
              {one}
            </MenuItem>
          ))}
        </TextField>
      )}
      <PreviewPanel itemKey={itemKey} document={document} locale={locale} before={before?.document} />
    </Stack>
  );
}

/** Which rules differ from those of the version before; their writers and approvers can try them over a past week. */
function Rules({ content, brand }: Of & { readonly brand: string }) {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const { data, problem } = useGraph(SCHEME_VERSIONS, { brand });
  if (data === null) return <Waiting problem={problem} />;
  const rows = changedRules(content, earlierRules(data.schemeVersions, content), brand);
  return (
    <Stack spacing={2}>
      <DataRows
        label={WORDS.approvals.whatChanges}
        rows={rows}
        id={({ what }) => what}
        nothing={WORDS.approvals.noRuleDiffersFromThose}
        columns={[
          { head: WORDS.approvals.rule, cell: ({ what }) => what },
          { head: WORDS.common.before, cell: ({ before }) => before },
          { head: WORDS.common.after, cell: ({ after }) => <strong>{after}</strong> },
        ]}
      />
      <Warnings brand={brand} scheme={schemeInput(content)} />
      {permissions?.has('rules.try') === true && (
        <DryRunPanel brand={brand} currency={content.text('currency')} scheme={schemeInput(content)} disabled={false} />
      )}
    </Stack>
  );
}

/** What the check of the rules finds odd: its author has seen it, too. */
function Warnings({ brand, scheme }: { readonly brand: string; readonly scheme: SchemeInput }) {
  const { data } = useGraph(CHECK_SCHEME, { brand, scheme });
  const warnings = data?.checkScheme.problems.filter(({ severity }) => severity === 'WARNING') ?? [];
  return warnings.map(({ rule, message }) => (
    <Alert key={rule + message} severity="warning">
      {asSentence(message)}
    </Alert>
  ));
}
