/** Everything that the back office says to people, by the area of its screens. */
import { APPROVALS } from './approvals.ts';
import { BOARD } from './board.ts';
import { BRANDS } from './brands.ts';
import { COMMON } from './common.ts';
import { CONTENT } from './content.ts';
import { EVENTS } from './events.ts';
import { FRAME } from './frame.ts';
import { HOME } from './home.ts';
import { LOBBY } from './lobby.ts';
import { ANALYTICS } from './money/analytics.ts';
import { BETTING } from './money/betting.ts';
import { CHARTS } from './money/charts.ts';
import { FINANCE } from './money/finance.ts';
import { PAYMENTS } from './money/payments.ts';
import { RISK } from './money/risk.ts';
import { OPERATIONS } from './operations.ts';
import { PEOPLE } from './people.ts';
import { PROVIDERS } from './providers.ts';
import { RULES } from './rules.ts';
import { SESSION } from './session.ts';
import { SUPPORT } from './support.ts';

export const WORDS = {
  analytics: ANALYTICS,
  approvals: APPROVALS,
  betting: BETTING,
  board: BOARD,
  brands: BRANDS,
  charts: CHARTS,
  common: COMMON,
  content: CONTENT,
  events: EVENTS,
  finance: FINANCE,
  frame: FRAME,
  home: HOME,
  lobby: LOBBY,
  operations: OPERATIONS,
  payments: PAYMENTS,
  people: PEOPLE,
  providers: PROVIDERS,
  risk: RISK,
  rules: RULES,
  session: SESSION,
  support: SUPPORT,
};
