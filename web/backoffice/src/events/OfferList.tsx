/** What providers offer, and the event that each offer is of. */
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { DataTable, DateInput, FunctionField, SelectInput, TextInput } from 'react-admin';
import { Link as RouterLink } from 'react-router-dom';

import { KeysetList } from '../components/KeysetList.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { moment } from '../time/moments.ts';
import { useGraph } from '../graph/useGraph.ts';
import { word } from '../money/amounts.ts';
import { OFFERED_SPORTS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { Tone } from '../look/theme.ts';
import type { ListedOffer, OfferState } from '../graph/generated/operations.ts';

const STATES: Readonly<Record<OfferState, { readonly name: string; readonly tone: Tone }>> = {
  MATCHED: { name: WORDS.events.matched, tone: 'good' },
  WAITING: { name: WORDS.common.waiting, tone: 'warning' },
  GONE: { name: WORDS.events.gone, tone: 'neutral' },
};
const STATE_CHOICES = Object.entries(STATES).map(([id, { name }]) => ({ id, name }));

interface InputProps {
  readonly source: string;
  readonly alwaysOn?: boolean;
}

function SportInput({ source }: InputProps) {
  const sports = useGraph(OFFERED_SPORTS, {}).data?.offeredSports ?? [];
  return <SelectInput source={source} label={WORDS.common.sport} choices={sports.map((id) => ({ id, name: sportName(id) }))} emptyText={WORDS.common.allSports} />;
}

const FILTERS = [
  <TextInput key="text" source="text" label={WORDS.events.nameOrCompetition} alwaysOn />,
  <SportInput key="sport" source="sport" alwaysOn />,
  <SelectInput key="state" source="state" label={WORDS.common.state} choices={STATE_CHOICES} emptyText={WORDS.common.allStates} alwaysOn />,
  <TextInput key="provider" source="provider" label={WORDS.common.provider} />,
  <DateInput key="day" source="day" label={WORDS.common.dayUtc} />,
];

/** Return a sport as people write it: `horse-racing` is Horse racing. */
export function sportName(sport: string): string {
  return word(sport.replaceAll('-', '_'));
}

function Start() {
  return <FunctionField render={({ offer }: ListedOffer) => <time dateTime={offer.startsAt}>{moment(offer.startsAt, null)}</time>} />;
}

function State() {
  return <FunctionField render={({ state }: ListedOffer) => <ToneChip tone={STATES[state].tone} label={STATES[state].name} />} />;
}

/** The event's name and id; where the offer waits for a person, the way to what waits. */
function Event() {
  return (
    <FunctionField
      render={({ event, state }: ListedOffer) => {
        if (event === null && state === 'WAITING') {
          return (
            <Link component={RouterLink} to="/matches">
              {WORDS.events.waitsForADecision}
            </Link>
          );
        }
        if (event === null) return '–';
        return (
          <>
            {event.name}
            <Typography variant="body2" color="textSecondary">
              {event.id} · {WORDS.events.providers({ offers: event.offers })}
            </Typography>
          </>
        );
      }}
    />
  );
}

export function OfferList() {
  return (
    <KeysetList rows={WORDS.events.offersInline} rowClick={false} title={WORDS.frame.screens.eventOffers} filters={FILTERS}>
      <DataTable.Col label={WORDS.events.start} field={Start} disableSort />
      <DataTable.Col label={WORDS.common.name} disableSort render={({ offer }: ListedOffer) => offer.name} />
      <DataTable.Col label={WORDS.common.competition} disableSort render={({ offer }: ListedOffer) => `${sportName(offer.sport)}: ${offer.competition || WORDS.common.noneInline}`} />
      <DataTable.Col label={WORDS.common.provider} disableSort render={({ offer }: ListedOffer) => offer.provider} />
      <DataTable.Col label={WORDS.common.status} disableSort render={({ offer }: ListedOffer) => word(offer.status)} />
      <DataTable.Col label={WORDS.common.state} field={State} disableSort />
      <DataTable.Col label={WORDS.common.event} field={Event} disableSort />
    </KeysetList>
  );
}
