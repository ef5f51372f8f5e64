/** One item of content: its text with the preview, its revisions, and what differs between them. */
import Alert from '@mui/material/Alert';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Stack from '@mui/material/Stack';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { Title } from 'react-admin';
import { useParams } from 'react-router-dom';

import { DraftEditor } from './editing/DraftEditor.tsx';
import { keyOf, type ContentKey } from './key.ts';
import { RevisionDiff } from './review/RevisionDiff.tsx';
import { RevisionList } from './review/RevisionList.tsx';
import { StateChip } from './StateChip.tsx';
import { ContentSteps } from './steps/ContentSteps.tsx';
import { useReadBrands } from './useBrands.ts';
import { Failed, SkeletonRows } from '../components/Waiting.tsx';
import { rewardName } from '../frame/names.ts';
import { useGraph } from '../graph/useGraph.ts';
import { localMoment } from '../time/moments.ts';
import { READ_CONTENT } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { ContentBrand, ContentItem } from '../graph/generated/operations.ts';

type Shown = 'text' | 'revisions' | 'differences';

export function ContentPage() {
  const id = decodeURIComponent(useParams<{ id: string }>().id ?? '');
  return <ContentOf key={id} id={id} />;
}

function ContentOf({ id }: { readonly id: string }) {
  const key = keyOf(id);
  const { brands, isRead, problem: unread } = useReadBrands();
  const brand = brands.find((one) => one.id === key.brand);
  const item = useGraph(READ_CONTENT, { ...key });
  const unknown = isRead && brand === undefined ? WORDS.content.noBrandWhoseContentYouMay({ brand: key.brand }) : '';
  const { data, reload } = item;
  const problem = item.problem || unread || unknown;
  return (
    <>
      <Title title={WORDS.common.contentOf({ reward: rewardName(key.brand, key.rewardId) })} />
      {problem !== '' && (problem === unknown ? <Alert severity="error">{problem}</Alert> : <Failed problem={problem} />)}
      {data === null || brand === undefined ? (
        problem === '' && <SkeletonRows rows={8} />
      ) : (
        <ItemTabs itemKey={key} brand={brand} item={data.contentItem} reload={reload} />
      )}
    </>
  );
}

interface ItemProps {
  readonly itemKey: ContentKey;
  readonly brand: ContentBrand;
  /** Null if nobody has written it. */
  readonly item: ContentItem | null;
  readonly reload: () => void;
}

function ItemTabs({ itemKey, brand, item, reload }: ItemProps) {
  const [shown, setShown] = useState<Shown>('text');
  const [saved, setSaved] = useState(true);
  return (
    <Card sx={{ marginTop: 1 }}>
      <CardContent>
        <Heading itemKey={itemKey} brand={brand} item={item} />
        {item !== null && <ContentSteps item={item} brand={brand} saved={saved} onDone={reload} />}
        <Notes item={item} />
        <Tabs value={shown} onChange={(_, value: Shown) => setShown(value)} aria-label={WORDS.content.partsOfThisContent}>
          <Tab value="text" label={WORDS.content.text} />
          <Tab value="revisions" label={WORDS.common.revisions} disabled={item === null} />
          <Tab value="differences" label={WORDS.content.differences} disabled={item === null} />
        </Tabs>
        <div hidden={shown !== 'text'}>
          <DraftEditor itemKey={itemKey} brand={brand} item={item} onSaved={reload} onTyped={setSaved} />
        </div>
        {shown === 'revisions' && item !== null && <RevisionList item={item} onDone={reload} />}
        {shown === 'differences' && item !== null && <RevisionDiff item={item} />}
      </CardContent>
    </Card>
  );
}

function Heading({ itemKey, brand, item }: Omit<ItemProps, 'reload'>) {
  const version = itemKey.configVersion === null ? WORDS.content.firstVersion : WORDS.common.versionNumbered({ configVersion: itemKey.configVersion });
  return (
    <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
      <Typography variant="h6" component="h2">
        {brand.name}: “{rewardName(itemKey.brand, itemKey.rewardId)}”, {version}
      </Typography>
      {item?.open && <StateChip state={item.open.state} revision={item.open.revision} />}
      {item?.published && <StateChip state="PUBLISHED" revision={item.published.revision} />}
      {item === null && <Typography color="textSecondary">{WORDS.content.itHasNoContentYet}</Typography>}
    </Stack>
  );
}

/** When the open revision is due, why it was submitted, and why it was rejected or not published before. */
function Notes({ item }: { readonly item: ContentItem | null }) {
  const open = item?.open;
  if (!open) return null;
  return (
    <>
      {open.note !== null && <Alert severity="warning">{open.note}</Alert>}
      {open.publishAtLocal !== null && <Alert severity="info">{WORDS.content.itWillBePublishedOn({ publishAtLocal: localMoment(open.publishAtLocal, item.brand) })}</Alert>}
      {open.state === 'IN_REVIEW' && open.proposal !== null && (
        <Alert severity="info">
          {WORDS.content.submittedIt({ proposedBy: open.proposal.proposedBy, reason: open.proposal.reason })}
        </Alert>
      )}
    </>
  );
}
