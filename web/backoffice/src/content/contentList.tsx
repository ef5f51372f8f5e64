/** The content of rewards: published and open revisions. */
import Typography from '@mui/material/Typography';
import { DataTable, EditButton, SelectInput, TopToolbar, useListContext, useRecordContext } from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { LocaleInput } from './BrandInput.tsx';
import { inWord } from './key.ts';
import { NewContentButton } from './NewContentButton.tsx';
import { StateChip } from './StateChip.tsx';
import { useBrands } from './useBrands.ts';
import { useBrand } from '../frame/brand.tsx';
import { RewardInput } from '../frame/choices.tsx';
import { KeysetList } from '../components/KeysetList.tsx';
import { fieldName, type FieldsOf } from '../graph/fields.ts';
import { IdText } from '../look/IdText.tsx';
import { WORDS } from '../words/index.ts';

import type { ContentState, ListedContent } from '../graph/generated/operations.ts';

const field: FieldsOf<ListedContent> = fieldName;

const STATES: readonly ContentState[] = ['DRAFT', 'IN_REVIEW', 'APPROVED', 'SCHEDULED', 'PUBLISHED', 'REJECTED', 'WITHDRAWN'];
const FILTERS = [
  <SelectInput key="states" source="states" label={WORDS.common.state} choices={STATES.map((id) => ({ id, name: inWord(id) }))} emptyText={WORDS.common.allStates} alwaysOn />,
  <LocaleInput key="locale" source="locale" alwaysOn />,
  <RewardInput key="rewardId" source="rewardId" />,
];

function Actions() {
  return (
    <TopToolbar>
      <NewContentButton />
    </TopToolbar>
  );
}

export function ContentList() {
  const { brand } = useBrand();
  return (
    <KeysetList rows={WORDS.content.itemsOfContent} filter={{ brand }} rowClick="edit" title={WORDS.frame.screens.content} filters={FILTERS} actions={<Actions />}>
      <DataTable.Col label={WORDS.content.title} field={Title} disableSort />
      <DataTable.Col source={field('rewardId')} label={WORDS.common.reward} disableSort render={({ rewardId }: ListedContent) => <IdText id={rewardId} />} />
      <DataTable.Col label={WORDS.common.version} disableSort render={({ configVersion }: ListedContent) => configVersion ?? 'first'} />
      <DataTable.Col label={WORDS.content.openRevision} field={OnItsWay} disableSort />
      <DataTable.Col label={WORDS.content.customersSee} field={Published} disableSort />
      <DataTable.Col label={WORDS.common.changed} field={ChangedAt} disableSort />
      <DataTable.Col label={WORDS.common.open} field={EditButton} disableSort />
    </KeysetList>
  );
}

function ChangedAt() {
  return <MomentField source={field('changedAt')} />;
}

/** The title in the chosen language, or in the brand's default; says if it is missing. */
function Title() {
  const item = useRecordContext<ListedContent>();
  const filters = useListContext().filterValues as Readonly<Record<string, unknown>>;
  const chosen = filters['locale'];
  const brand = useBrands().find(({ id }) => id === item?.brand);
  if (item === undefined) return null;
  const texts = (item.open ?? item.published)?.document.texts ?? [];
  const locale = typeof chosen === 'string' && chosen !== '' ? chosen : brand?.defaultLocale;
  const text = texts.find((each) => each.locale === locale);
  if (text !== undefined && text.title !== '') return <bdi>{text.title}</bdi>;
  const expected = brand === undefined || locale === undefined || brand.locales.includes(locale);
  return (
    <Typography variant="body2" color="textSecondary">
      {expected ? WORDS.content.missingIn({ locale: locale ?? '…' }) : WORDS.content.anotherLanguage}
    </Typography>
  );
}

function OnItsWay() {
  const open = useRecordContext<ListedContent>()?.open;
  return open ? <StateChip state={open.state} revision={open.revision} /> : <span>–</span>;
}

function Published() {
  const published = useRecordContext<ListedContent>()?.published;
  return <span>{published ? WORDS.common.revisionNumbered({ revision: published.revision }) : WORDS.common.nothingYet}</span>;
}
