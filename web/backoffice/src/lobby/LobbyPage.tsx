/** A brand's casino lobby: its sections and groups, how providers are, and what customers would see. */
import Add from '@mui/icons-material/Add';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useState } from 'react';

import { Preview } from './Preview.tsx';
import { Proposing } from './Proposing.tsx';
import { SectionFields } from './SectionFields.tsx';
import { emptySection, formOf, groupInputOf, sectionInputOf, type SectionForm } from './sections.ts';
import { AsksToLeave } from '../components/AsksToLeave.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { useMay } from '../operations/page/may.ts';
import { DataRows, type Column } from '../operations/page/DataRows.tsx';
import { Page } from '../operations/page/Page.tsx';
import { moment } from '../time/moments.ts';
import { useDelayed } from '../graph/useDelayed.ts';
import { useGraph } from '../graph/useGraph.ts';
import { READ_LOBBY, TRY_LOBBY } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { LobbyContent, LobbyPreview, LobbyProvider } from '../graph/generated/operations.ts';

const ABOUT = WORDS.lobby.gamesBrandShowsSections;

export function LobbyPage() {
  const { brand } = useBrand();
  const { data, problem, reload } = useGraph(READ_LOBBY, brand === null ? null : { brand });
  return (
    <Page title={WORDS.frame.screens.lobby} about={ABOUT} problem={brand === null ? NO_BRAND : problem} waiting={data === null}>
      {data !== null && brand !== null && (
        <Stack spacing={2}>
          <Providers providers={data.lobbyProviders} brand={brand} />
          <Form key={`${brand} ${data.lobbyContent.revision}`} brand={brand} content={data.lobbyContent} onProposed={reload} />
        </Stack>
      )}
    </Page>
  );
}

function Providers({ providers, brand }: { readonly providers: readonly LobbyProvider[]; readonly brand: string }) {
  const columns: readonly Column<LobbyProvider>[] = [
    { head: WORDS.common.provider, cell: ({ provider }) => provider },
    { head: WORDS.common.games, cell: ({ games }) => games, right: true },
    { head: WORDS.lobby.lastList, cell: ({ listedAt }) => moment(listedAt, brand) },
    { head: WORDS.common.state, cell: ({ awaySince }) => (awaySince === null ? <ToneChip tone="good" label={WORDS.lobby.answers} /> : <ToneChip tone="warning" label={WORDS.lobby.noListSince({ awaySince: moment(awaySince, brand) })} />) },
    { head: WORDS.common.why, cell: ({ reason }) => reason || '–' },
  ];
  return <DataRows label={WORDS.common.providers} rows={providers} id={({ provider }) => provider} nothing={WORDS.lobby.noProviderGamesAskedBrand} filledBy={WORDS.lobby.providersInstallationsFile} columns={columns} />;
}

interface FormProps {
  readonly brand: string;
  readonly content: LobbyContent;
  readonly onProposed: () => void;
}

function Form({ brand, content, onProposed }: FormProps) {
  const may = useMay('lobby.edit');
  const [first] = useState(() => ({ sections: content.sections.map(formOf), groups: content.groups.map(formOf) }));
  const [sections, setSections] = useState<readonly SectionForm[]>(first.sections);
  const [groups, setGroups] = useState<readonly SectionForm[]>(first.groups);
  const [looked, setLooked] = useState({ jurisdiction: content.jurisdictions[0] ?? '', device: 'DESKTOP', locale: content.locales[0] ?? '', at: '' });
  const asked = useDelayed({ sections, groups, looked });
  const input = { brand, sections: asked.sections.map(sectionInputOf), groups: asked.groups.map(groupInputOf), ...asked.looked };
  const tried = useGraph(TRY_LOBBY, { input });
  const preview = tried.data?.tryLobby ?? null;
  const isChanged = sections !== first.sections || groups !== first.groups;
  const isTried = asked.sections === sections && asked.groups === groups && preview !== null;
  const shared = { brand, content, problems: preview?.problems ?? [], readOnly: !may };
  const whole = shared.problems.filter(({ path }) => path === 'sections' || path === 'groups');

  return (
    <Stack spacing={2} component="section" aria-label={WORDS.common.theLobby}>
      <AsksToLeave hasChanges={may && isChanged} />
      {content.revision === 0 && <Alert severity="info">{WORDS.lobby.brandNoLobbyOwnYetShows}</Alert>}
      <List {...shared} title={WORDS.common.sections} list="sections" forms={sections} add={WORDS.lobby.addASection} onChange={setSections} />
      <List {...shared} title={WORDS.common.groupsThatRewardsName} list="groups" forms={groups} add={WORDS.lobby.addAGroup} onChange={setGroups} />
      {whole.map(({ path, message }) => (
        <Alert key={path} severity="error">
          {message}
        </Alert>
      ))}
      {tried.problem !== '' && <Alert severity="error">{tried.problem}</Alert>}
      <Preview content={content} looked={looked} preview={preview} onLook={(changed) => setLooked({ ...looked, ...changed })} />
      {may && (
        <Proposing
          input={{ brand, revision: content.revision, sections: sections.map(sectionInputOf), groups: groups.map(groupInputOf) }}
          disabled={!isTried || shared.problems.length > 0 || !isChanged}
          onProposed={() => {
            setSections(first.sections);
            setGroups(first.groups);
            onProposed();
          }}
        />
      )}
    </Stack>
  );
}

interface ListProps {
  readonly title: string;
  readonly list: 'sections' | 'groups';
  readonly add: string;
  readonly brand: string;
  readonly content: LobbyContent;
  readonly forms: readonly SectionForm[];
  readonly problems: LobbyPreview['problems'];
  readonly readOnly: boolean;
  readonly onChange: (forms: readonly SectionForm[]) => void;
}

function List({ title, add, forms, onChange, ...shared }: ListProps) {
  function move(at: number, by: number) {
    const [from, to] = [forms[at], forms[at + by]];
    if (from === undefined || to === undefined) return;
    onChange(forms.map((form) => (form === from ? to : form === to ? from : form)));
  }
  return (
    <>
      <Typography variant="h6" component="h3">
        {title}
      </Typography>
      {forms.map((form, at) => (
        <SectionFields
          key={form.key}
          {...shared}
          section={form}
          at={at}
          count={forms.length}
          onChange={(changed) => onChange(forms.map((one) => (one.key === form.key ? { ...one, ...changed } : one)))}
          onMove={(by) => move(at, by)}
          onRemove={() => onChange(forms.filter(({ key }) => key !== form.key))}
        />
      ))}
      {forms.length === 0 && <Typography color="textSecondary">{WORDS.lobby.none}</Typography>}
      {!shared.readOnly && (
        <div>
          <Button startIcon={<Add />} onClick={() => onChange([...forms, emptySection()])}>
            {add}
          </Button>
        </div>
      )}
    </>
  );
}
