/** A version of a brand's scheme: all of its rules, in the sentences that its approver read. */
import Card from '@mui/material/Card';
import { useParams } from 'react-router-dom';

import { Facts } from '../look/Facts.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { Page } from '../operations/page/Page.tsx';
import { storedVersion } from '../people/approvals/stored.ts';
import { rulesInWords } from '../people/approvals/textKinds.ts';
import { Phase } from './Phase.tsx';
import { withoutLabel } from './scheme.ts';
import { weekCell } from '../time/weeks.ts';
import { SCHEME_VERSIONS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { SchemeVersion } from '../graph/generated/operations.ts';

export function SchemePage() {
  const { id = '' } = useParams();
  const { data, problem } = useGraph(SCHEME_VERSIONS, { brand: id.split(':')[0] ?? '' });
  const version = data?.schemeVersions.find((one) => one.id === id);
  const none = data !== null && version === undefined ? WORDS.rules.theresNoSuchVersion : problem;
  const title = version === undefined ? WORDS.common.schemeRules : WORDS.rules.rulesForInVersion({ jurisdiction: version.jurisdiction, currency: version.currency, version: version.version });
  return (
    <Page title={title} problem={none} waiting={version === undefined} actions={version !== undefined && <Phase of={version.phase} />}>
      {version !== undefined && <Rules of={version} />}
    </Page>
  );
}

function Rules({ of: version }: { readonly of: SchemeVersion }) {
  const rules = rulesInWords(storedVersion(version), version.brand).map(([what, says]) => [what, withoutLabel(what, says)] as const);
  return (
    <Card sx={{ padding: '20px' }}>
      <Facts rows={[[WORDS.rules.firstWeek, weekCell(version.firstWeek)], ...rules, [WORDS.rules.termsAt, version.terms.url]]} />
    </Card>
  );
}
