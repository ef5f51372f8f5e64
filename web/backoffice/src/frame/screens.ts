/** The screens by group: their names, who may open them, and their page of the documentation. */
import AdminPanelSettings from '@mui/icons-material/AdminPanelSettings';
import AccountBalance from '@mui/icons-material/AccountBalance';
import Adjust from '@mui/icons-material/Adjust';
import Article from '@mui/icons-material/Article';
import Balance from '@mui/icons-material/Balance';
import Block from '@mui/icons-material/Block';
import Casino from '@mui/icons-material/Casino';
import CompareArrows from '@mui/icons-material/CompareArrows';
import DateRange from '@mui/icons-material/DateRange';
import Difference from '@mui/icons-material/Difference';
import Dns from '@mui/icons-material/Dns';
import EventAvailable from '@mui/icons-material/EventAvailable';
import FactCheck from '@mui/icons-material/FactCheck';
import FilterAlt from '@mui/icons-material/FilterAlt';
import Gavel from '@mui/icons-material/Gavel';
import HourglassTop from '@mui/icons-material/HourglassTop';
import Insights from '@mui/icons-material/Insights';
import Leaderboard from '@mui/icons-material/Leaderboard';
import ManageSearch from '@mui/icons-material/ManageSearch';
import MarkEmailUnread from '@mui/icons-material/MarkEmailUnread';
import Paid from '@mui/icons-material/Paid';
import Palette from '@mui/icons-material/Palette';
import PauseCircle from '@mui/icons-material/PauseCircle';
import Payments from '@mui/icons-material/Payments';
import Pending from '@mui/icons-material/Pending';
import PersonRemove from '@mui/icons-material/PersonRemove';
import MoneyOff from '@mui/icons-material/MoneyOff';
import ReceiptLong from '@mui/icons-material/ReceiptLong';
import Redeem from '@mui/icons-material/Redeem';
import RemoveCircle from '@mui/icons-material/RemoveCircle';
import Scale from '@mui/icons-material/Scale';
import Schedule from '@mui/icons-material/Schedule';
import Speed from '@mui/icons-material/Speed';
import SportsSoccer from '@mui/icons-material/SportsSoccer';
import SupportAgent from '@mui/icons-material/SupportAgent';
import TrendingUp from '@mui/icons-material/TrendingUp';
import Undo from '@mui/icons-material/Undo';
import ViewList from '@mui/icons-material/ViewList';

import { forAllBrands } from '../session/permissions.ts';

import type { ComponentType } from 'react';

export interface Screen {
  /** Its path, and the name of its list. */
  readonly name: string;
  readonly label: string;
  readonly icon: ComponentType;
  readonly permission: string;
  /** Its page of the documentation, with the heading. */
  readonly docs: string;
}

export interface Group {
  readonly name: string;
  readonly screens: readonly Screen[];
}

function screen(name: string, label: string, icon: ComponentType, permission: string, docs: string): Screen {
  return { name, label, icon, permission, docs };
}

/** What concerns the whole installation is for those who may read the operations of all brands. */
const INSTALLATION = forAllBrands('operations.read');

export const GROUPS: readonly Group[] = [
  {
    name: 'Content',
    screens: [
      screen('content', 'Content', Article, 'content.read', 'backoffice/content.html'),
      screen('schemes', 'Scheme rules', Gavel, 'rules.read', 'backoffice/rules.html'),
      screen('board', 'Board', ViewList, 'events.board', 'backoffice/board.html'),
      screen('lobby', 'Lobby', Casino, 'lobby.read', 'lobby.html#sections-and-groups'),
      screen('approvals', 'Approvals', FactCheck, 'approvals.read', 'backoffice.html#four-eyes'),
    ],
  },
  {
    name: 'Customers',
    screens: [
      screen('customers', 'Customers', SupportAgent, 'support.read', 'backoffice/support.html'),
      screen('lateBets', 'Late bets', Schedule, 'operations.cases', 'backoffice/operations.html#late-bets-and-held-rewards'),
      screen('heldRewards', 'Held rewards', PauseCircle, 'operations.cases', 'backoffice/operations.html#late-bets-and-held-rewards'),
    ],
  },
  {
    name: 'Money',
    screens: [
      screen('days', 'Days', EventAvailable, forAllBrands('finance.read'), 'backoffice/finance.html#days'),
      screen('payoutStops', 'Payout stops', MoneyOff, 'finance.read', 'backoffice/finance.html#payout-stops'),
      screen('withdrawals', 'Withdrawals', Payments, 'finance.read', 'backoffice/finance.html#withdrawals'),
      screen('payments', 'Payments', ReceiptLong, 'finance.read', 'backoffice/finance.html#payments'),
      screen('refunds', 'Refunds', Undo, 'finance.read', 'backoffice/finance.html#refunds'),
      screen('paymentCases', 'Payment differences', Difference, 'finance.read', 'backoffice/finance.html#payment-differences'),
      screen('comparedDays', 'Compared days', CompareArrows, 'finance.read', 'backoffice/finance.html#compared-days'),
      screen('paymentProcessors', 'Payment processors', Dns, 'finance.read', 'backoffice/finance.html#payment-processors'),
      screen('corrections', 'Corrections', Balance, 'finance.read', 'backoffice/finance.html#corrections'),
      screen('financialChecks', 'Financial checks', ManageSearch, 'finance.read', 'backoffice/finance.html#financial-checks'),
      screen('risk-overview', 'Risk overview', AccountBalance, 'risk.read', 'backoffice/risk.html'),
      screen('risk-rewards', 'Cost by reward', Redeem, 'risk.read', 'backoffice/risk.html'),
      screen('risk-funnel', 'Funnel', FilterAlt, 'risk.read', 'backoffice/risk.html'),
      screen('risk-profit', 'Profit and loss', TrendingUp, 'risk.read', 'backoffice/risk.html'),
      screen('analytics', 'Analytics', Insights, 'risk.read', 'analytics.html'),
    ],
  },
  {
    name: 'Betting',
    screens: [
      screen('liability', 'Liability', Scale, 'betting.read', 'backoffice/betting.html#liability'),
      screen('tradingRules', 'Suspended and limits', RemoveCircle, 'betting.read', 'backoffice/betting.html#suspended-and-limits'),
      screen('customerFactors', 'Customers’ stakes', PersonRemove, 'betting.read', 'backoffice/betting.html#customers-stakes'),
    ],
  },
  {
    name: 'Events',
    screens: [
      screen('eventOffers', 'Offers', SportsSoccer, 'events.read', 'events.html#what-providers-offer'),
      screen('matches', 'Matches', CompareArrows, 'events.read', 'events.html#deciding-matches'),
      screen('leaders', 'Leaders', Leaderboard, 'events.read', 'events.html#whom-to-believe'),
    ],
  },
  {
    name: 'Operations',
    screens: [
      screen('switches', 'Kill switches', Block, 'operations.read', 'backoffice.html#operations'),
      screen('rewardStatus', 'Reward status', Adjust, 'operations.read', 'backoffice/operations.html'),
      screen('providers', 'Providers', Paid, INSTALLATION, 'backoffice/operations.html#providers'),
      screen('weeks', 'Weeks', DateRange, 'operations.read', 'backoffice/operations.html#backlogs'),
      screen('backlog', 'Lag', Speed, INSTALLATION, 'backoffice/operations.html#backlogs'),
      screen('deadLetters', 'Dead letters', MarkEmailUnread, INSTALLATION, 'backoffice/operations.html#dead-letters'),
      screen('intents', 'Pending intents', Pending, 'operations.read', 'backoffice/operations.html#backlogs'),
      screen('nodes', 'Nodes', Dns, INSTALLATION, 'backoffice/operations.html'),
      screen('brands', 'Brands', Palette, 'operations.read', 'backoffice/operations.html#brands-and-themes'),
    ],
  },
  {
    name: 'System',
    screens: [
      screen('users', 'People', AdminPanelSettings, 'people.read', 'backoffice.html#roles'),
      screen('jobs', 'Jobs', HourglassTop, 'jobs.read', 'backoffice.html#jobs'),
      screen('audit', 'Audit log', ReceiptLong, 'audit.read', 'backoffice.html#audit'),
    ],
  },
];

/** Return the groups with what a person may open. */
export function groupsFor(may: ReadonlySet<string>): readonly Group[] {
  return GROUPS.map(({ name, screens }) => ({
    name,
    screens: screens.filter(({ permission }) => may.has(permission)),
  })).filter(({ screens }) => screens.length > 0);
}

/** Return the screen of a path, such as `/content/northbet%3Afb-5`. */
export function screenOf(path: string): Screen | undefined {
  const name = path.split('/')[1] ?? '';
  const listed = name.startsWith('risk-') && !GROUPS.some(({ screens }) => screens.some((one) => one.name === name)) ? 'risk-overview' : name;
  return GROUPS.flatMap(({ screens }) => screens).find((one) => one.name === listed);
}

/** Return whether a path is a screen of a group, which is then never hidden. */
export function isIn(group: Group, path: string): boolean {
  const here = screenOf(path)?.name;
  return here !== undefined && group.screens.some(({ name }) => name === here);
}
