/** The operations of the widget. Their documents are in `operations/` and in `contracts/`. */
export {
  ChangeReward as CHANGE_REWARD,
  Club as CLUB,
  ClubUpdated as CLUB_UPDATED,
  CountedEvents as COUNTED_EVENTS,
  OptIn as OPT_IN,
  OptOut as OPT_OUT,
  PastWeeks as PAST_WEEKS,
  RecentBets as RECENT_BETS,
  SlipPreview as PREVIEW,
  TermsSummary as TERMS,
  type BetslipInput as PreviewInput,
  type ChangeRewardInput,
  type OptInInput,
  type OptOutInput,
} from '../generated/operations.ts';
export type { Operation } from './operation.ts';
