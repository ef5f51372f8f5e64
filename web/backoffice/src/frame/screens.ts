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
import Terminal from '@mui/icons-material/Terminal';
import TrendingUp from '@mui/icons-material/TrendingUp';
import Undo from '@mui/icons-material/Undo';
import ViewList from '@mui/icons-material/ViewList';

import { forAllBrands, inRole } from '../session/permissions.ts';
import { WORDS } from '../words/index.ts';

import type { ComponentType } from 'react';
import type { Role } from '../graph/generated/operations.ts';

export interface Screen {
  /** Its path, and the name of its list. */
  readonly name: string;
  readonly label: string;
  readonly icon: ComponentType;
  readonly permission: string;
  /** Its page of the documentation, with the heading. */
  readonly docs: string;
  /** The roles whose daily work it is; for others who may open it, it is among all screens. */
  readonly daily: readonly Role[];
}

export interface Group {
  readonly name: string;
  readonly screens: readonly Screen[];
}

function screen(name: keyof typeof WORDS.frame.screens, icon: ComponentType, permission: string, docs: string, ...daily: readonly Role[]): Screen {
  return { name, label: WORDS.frame.screens[name], icon, permission, docs, daily };
}

/** What concerns the whole installation is for those who may read the operations of all brands. */
const INSTALLATION = forAllBrands('operations.read');

export const GROUPS: readonly Group[] = [
  {
    name: WORDS.frame.groups.content,
    screens: [
      screen('content', Article, 'content.read', 'backoffice/content.html', 'EDITOR', 'APPROVER', 'VIEWER'),
      screen('schemes', Gavel, 'rules.read', 'backoffice/rules.html', 'EDITOR', 'APPROVER', 'VIEWER'),
      screen('board', ViewList, 'events.board', 'backoffice/board.html', 'EDITOR'),
      screen('lobby', Casino, 'lobby.read', 'lobby.html#sections-and-groups', 'EDITOR'),
      screen('approvals', FactCheck, 'approvals.read', 'backoffice.html#four-eyes', 'APPROVER', 'EDITOR', 'SUPPORT', 'RISK', 'OPERATOR', 'FINANCE', 'TRADER', 'ADMINISTRATOR'),
    ],
  },
  {
    name: WORDS.frame.groups.customers,
    screens: [
      screen('customers', SupportAgent, 'support.read', 'backoffice/support.html', 'SUPPORT', 'RISK'),
      screen('lateBets', Schedule, 'operations.cases', 'backoffice/operations.html#late-bets-and-held-rewards', 'SUPPORT', 'OPERATOR'),
      screen('heldRewards', PauseCircle, 'operations.cases', 'backoffice/operations.html#late-bets-and-held-rewards', 'SUPPORT', 'OPERATOR'),
    ],
  },
  {
    name: WORDS.frame.groups.money,
    screens: [
      screen('days', EventAvailable, forAllBrands('finance.read'), 'backoffice/finance.html#days', 'FINANCE'),
      screen('payoutStops', MoneyOff, 'finance.read', 'backoffice/finance.html#payout-stops', 'FINANCE'),
      screen('withdrawals', Payments, 'finance.read', 'backoffice/finance.html#withdrawals', 'FINANCE'),
      screen('payments', ReceiptLong, 'finance.read', 'backoffice/finance.html#payments', 'FINANCE'),
      screen('refunds', Undo, 'finance.read', 'backoffice/finance.html#refunds', 'FINANCE'),
      screen('paymentCases', Difference, 'finance.read', 'backoffice/finance.html#payment-differences', 'FINANCE'),
      screen('comparedDays', CompareArrows, 'finance.read', 'backoffice/finance.html#compared-days', 'FINANCE'),
      screen('paymentProcessors', Dns, 'finance.read', 'backoffice/finance.html#payment-processors', 'FINANCE'),
      screen('corrections', Balance, 'finance.read', 'backoffice/finance.html#corrections', 'FINANCE'),
      screen('financialChecks', ManageSearch, 'finance.read', 'backoffice/finance.html#financial-checks', 'FINANCE'),
      screen('risk-overview', AccountBalance, 'risk.read', 'backoffice/risk.html', 'RISK', 'VIEWER'),
      screen('risk-rewards', Redeem, 'risk.read', 'backoffice/risk.html', 'RISK', 'VIEWER'),
      screen('risk-funnel', FilterAlt, 'risk.read', 'backoffice/risk.html', 'RISK', 'VIEWER'),
      screen('risk-profit', TrendingUp, 'risk.read', 'backoffice/risk.html', 'RISK', 'VIEWER'),
      screen('analytics', Insights, 'risk.read', 'analytics.html', 'RISK', 'VIEWER'),
      screen('questions', Terminal, forAllBrands('risk.ask'), 'analytics.html#in-the-back-office', 'RISK', 'VIEWER'),
    ],
  },
  {
    name: WORDS.frame.groups.betting,
    screens: [
      screen('liability', Scale, 'betting.read', 'backoffice/betting.html#liability', 'TRADER', 'RISK'),
      screen('tradingRules', RemoveCircle, 'betting.read', 'backoffice/betting.html#suspended-and-limits', 'TRADER'),
      screen('customerFactors', PersonRemove, 'betting.read', 'backoffice/betting.html#customers-stakes', 'TRADER'),
    ],
  },
  {
    name: WORDS.frame.groups.events,
    screens: [
      screen('eventOffers', SportsSoccer, 'events.read', 'events.html#what-providers-offer', 'TRADER'),
      screen('matches', CompareArrows, 'events.read', 'events.html#deciding-matches', 'OPERATOR'),
      screen('leaders', Leaderboard, 'events.read', 'events.html#whom-to-believe'),
    ],
  },
  {
    name: WORDS.frame.groups.operations,
    screens: [
      screen('switches', Block, 'operations.read', 'backoffice.html#operations', 'OPERATOR'),
      screen('rewardStatus', Adjust, 'operations.read', 'backoffice/operations.html', 'OPERATOR'),
      screen('providers', Paid, INSTALLATION, 'backoffice/operations.html#providers', 'OPERATOR'),
      screen('weeks', DateRange, 'operations.read', 'backoffice/operations.html#backlogs', 'OPERATOR', 'VIEWER'),
      screen('backlog', Speed, INSTALLATION, 'backoffice/operations.html#backlogs', 'OPERATOR'),
      screen('deadLetters', MarkEmailUnread, INSTALLATION, 'backoffice/operations.html#dead-letters', 'OPERATOR'),
      screen('intents', Pending, 'operations.read', 'backoffice/operations.html#backlogs', 'OPERATOR'),
      screen('nodes', Dns, INSTALLATION, 'backoffice/operations.html', 'OPERATOR'),
      screen('brands', Palette, 'operations.read', 'backoffice/operations.html#brands-and-themes'),
    ],
  },
  {
    name: WORDS.frame.groups.system,
    screens: [
      screen('users', AdminPanelSettings, 'people.read', 'backoffice.html#roles', 'ADMINISTRATOR'),
      screen('jobs', HourglassTop, 'jobs.read', 'backoffice.html#jobs', 'OPERATOR', 'SUPPORT', 'RISK'),
      screen('audit', ReceiptLong, 'audit.read', 'backoffice.html#audit', 'ADMINISTRATOR'),
    ],
  },
];

/** Return groups with some of their screens; a group without any is left out. */
function having(groups: readonly Group[], isWanted: (screen: Screen) => boolean): readonly Group[] {
  return groups.map(({ name, screens }) => ({ name, screens: screens.filter(isWanted) })).filter(({ screens }) => screens.length > 0);
}

/** Return the groups with what a person may open. */
export function groupsFor(may: ReadonlySet<string>): readonly Group[] {
  return having(GROUPS, ({ permission }) => may.has(permission));
}

/** Return what a person works with each day, and what else they may open; where nothing is daily, all is. */
export function menuFor(may: ReadonlySet<string>): { readonly daily: readonly Group[]; readonly rest: readonly Group[] } {
  const groups = groupsFor(may);
  const isDaily = ({ daily }: Screen) => daily.some((role) => may.has(inRole(role)));
  const daily = having(groups, isDaily);
  return daily.length === 0 ? { daily: groups, rest: [] } : { daily, rest: having(groups, (one) => !isDaily(one)) };
}

/** Return the screen of a path, such as `/content/northbet%3Afb-5`. */
export function screenOf(path: string): Screen | undefined {
  const name = path.split('/')[1] ?? '';
  const listed = name.startsWith('risk-') && !GROUPS.some(({ screens }) => screens.some((one) => one.name === name)) ? 'risk-overview' : name;
  return GROUPS.flatMap(({ screens }) => screens).find((one) => one.name === listed);
}

/** Return what a group shows: all of it, or where one is alone if it is collapsed. */
export function shownOf({ screens }: Group, isOpen: boolean, path: string): readonly Screen[] {
  const here = screenOf(path)?.name;
  return isOpen ? screens : screens.filter(({ name }) => name === here);
}
