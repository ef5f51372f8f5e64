/** The form of a draft with lint beside its fields, and the widget that shows what is typed. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Save from '@mui/icons-material/Save';
import Stack from '@mui/material/Stack';
import { useRef, useState } from 'react';
import { useNotify, usePermissions } from 'react-admin';

import { asInput, conflictsOf, merged, withLocales, type ContentDocument } from '../document.ts';
import { DocumentForm } from './DocumentForm.tsx';
import { PreviewPanel } from './PreviewPanel.tsx';
import { StaleDialog } from './StaleDialog.tsx';
import { rejectedLast } from '../review/earlier.ts';
import { useRevisions } from '../review/useRevisions.ts';
import { AsksToLeave } from '../../components/AsksToLeave.tsx';
import { run } from '../../graph/graph.ts';
import { useDelayed } from '../../graph/useDelayed.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { Refusal, messageOf } from '../../session/session.ts';
import { LINT_CONTENT, READ_CONTENT, SAVE_CONTENT } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { ContentKey } from '../key.ts';
import type { ContentBrand, ContentItem, Finding } from '../../graph/generated/operations.ts';

interface Props {
  readonly itemKey: ContentKey;
  readonly brand: ContentBrand;
  readonly item: ContentItem | null;
  readonly onSaved: () => void;
  /** Called with whether all that is typed is saved. */
  readonly onTyped: (saved: boolean) => void;
}

const NO_FINDINGS: readonly Finding[] = [];

function documentOf(item: ContentItem | null, brand: ContentBrand): ContentDocument {
  return withLocales((item?.open ?? item?.published)?.document ?? null, brand.locales);
}

export function DraftEditor({ itemKey, brand, item, onSaved, onTyped }: Props) {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const [version, setVersion] = useState(item?.version ?? 0);
  const [base, setBase] = useState(() => documentOf(item, brand));
  const [typed, setTyped] = useState(base);
  const [locale, setLocale] = useState(brand.defaultLocale);
  const [theirs, setTheirs] = useState<ContentItem | null>(null);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const mayEdit = permissions?.has('content.edit') === true;
  const isOpen = item !== null && item.open !== null;
  const rejected = rejectedLast(useRevisions(isOpen ? null : item).revisions ?? []);
  const section = useRef<HTMLDivElement>(null);
  const settled = useDelayed(typed);
  const lint = useGraph(LINT_CONTENT, { ...itemKey, document: asInput(settled) });

  // Another step moved the item on; unless something is typed, the form follows it.
  if (item !== null && item.version > version && typed === base) {
    const now = documentOf(item, brand);
    setVersion(item.version);
    setBase(now);
    setTyped(now);
  }

  function type(next: ContentDocument) {
    setTyped(next);
    onTyped(false);
  }

  /** The button goes with its notice. */
  function startFrom(rejected: ContentDocument) {
    type(withLocales(rejected, brand.locales));
    section.current?.focus();
  }

  function adopt(saved: ContentItem) {
    const now = documentOf(saved, brand);
    setVersion(saved.version);
    setBase(now);
    setTyped(now);
    onTyped(true);
  }

  async function save() {
    setBusy(true);
    setProblem('');
    try {
      const input = { ...itemKey, document: asInput(typed), expectedVersion: version };
      const { saveContent } = await run(SAVE_CONTENT, { input });
      adopt(saveContent);
      notify(WORDS.content.theDraftIsSaved, { type: 'success' });
      onSaved();
    } catch (error) {
      if (error instanceof Refusal && error.code === 'STALE') {
        setTheirs((await run(READ_CONTENT, { ...itemKey })).contentItem);
      } else {
        setProblem(messageOf(error));
      }
    } finally {
      setBusy(false);
    }
  }

  /** Continue from the other editor's version with the chosen fields; the next press of the button stores them. */
  function resolve(other: ContentItem, takeTheirs: ReadonlySet<string>) {
    const now = documentOf(other, brand);
    const next = merged(now, typed, takeTheirs);
    setVersion(other.version);
    setBase(now);
    type(next);
    setTheirs(null);
  }

  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: { xs: '1fr', lg: 'minmax(0, 1fr) minmax(0, 1fr)' }, gap: 3, paddingTop: 2 }}>
      <Stack spacing={2} component="section" aria-label={WORDS.content.draft} ref={section} tabIndex={-1}>
        {!isOpen && rejected !== undefined && typed === base && (
          <Alert
            severity="warning"
            action={
              mayEdit && (
                <Button color="inherit" onClick={() => startFrom(rejected.document)}>
                  {WORDS.content.startFromThatText}
                </Button>
              )
            }
          >
            {WORDS.content.revisionWasRejected({ revision: rejected.revision, reason: rejected.note ?? '' })}
          </Alert>
        )}
        <DocumentForm
          itemKey={itemKey}
          brand={brand}
          document={typed}
          locale={locale}
          onLocale={setLocale}
          findings={lint.data?.lintContent ?? NO_FINDINGS}
          readOnly={!mayEdit}
          onChange={type}
        />
        {problem !== '' && <Alert severity="error">{problem}</Alert>}
        {lint.problem !== '' && <Alert severity="warning">{WORDS.content.itCouldNotBeChecked({ problem: lint.problem })}</Alert>}
        {mayEdit && (
          <Stack direction="row" spacing={2} sx={{ alignItems: 'center' }}>
            <Button variant="contained" startIcon={<Save />} disabled={busy || (typed === base && isOpen)} onClick={() => void save()}>
              {WORDS.content.saveTheDraft}
            </Button>
            {item?.open && item.open.state !== 'DRAFT' && typed !== base && (
              <Alert severity="info">{WORDS.content.savingTakesRevisionBack({ revision: item.open.revision })}</Alert>
            )}
          </Stack>
        )}
      </Stack>
      <AsksToLeave hasChanges={typed !== base} />
      <PreviewPanel itemKey={itemKey} document={settled} locale={locale} />
      {theirs !== null && (
        <StaleDialog
          by={(theirs.open ?? theirs.published)?.editedBy ?? WORDS.content.somebody}
          conflicts={conflictsOf(base, documentOf(theirs, brand), typed)}
          onCancel={() => setTheirs(null)}
          onResolve={(takeTheirs) => resolve(theirs, takeTheirs)}
        />
      )}
    </Box>
  );
}
