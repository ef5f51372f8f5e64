/** The back office: its areas, each shown to those who may use it. */
import AdminPanelSettings from '@mui/icons-material/AdminPanelSettings';
import AccountBalance from '@mui/icons-material/AccountBalance';
import Article from '@mui/icons-material/Article';
import FactCheck from '@mui/icons-material/FactCheck';
import FilterAlt from '@mui/icons-material/FilterAlt';
import Gavel from '@mui/icons-material/Gavel';
import HourglassTop from '@mui/icons-material/HourglassTop';
import ReceiptLong from '@mui/icons-material/ReceiptLong';
import SupportAgent from '@mui/icons-material/SupportAgent';
import Redeem from '@mui/icons-material/Redeem';
import TrendingUp from '@mui/icons-material/TrendingUp';
import { Admin, CustomRoutes, Resource, defaultDarkTheme, defaultLightTheme } from 'react-admin';
import { BrowserRouter, Route } from 'react-router-dom';

import { ContentList } from './content/contentList.tsx';
import { ContentPage } from './content/ContentPage.tsx';
import { Account } from './session/Account.tsx';
import { ApprovalList } from './people/approvals/ApprovalList.tsx';
import { ApprovalShow } from './people/approvals/ApprovalShow.tsx';
import { AuditList } from './people/audit.tsx';
import { authProvider } from './session/authProvider.ts';
import { CustomerPage } from './support/CustomerPage.tsx';
import { CustomerSearch } from './support/CustomerSearch.tsx';
import { Customers } from './risk/Customers.tsx';
import { Goodwill } from './risk/Goodwill.tsx';
import { Funnel } from './risk/weeks/Funnel.tsx';
import { dataProvider } from './graph/dataProvider.ts';
import { JobList, JobShow } from './people/jobs.tsx';
import { NewVersionPage } from './rules/NewVersionPage.tsx';
import { OfficeLayout } from './OfficeLayout.tsx';
import { ScrollingCard } from './ScrollingCard.tsx';
import { Overview } from './risk/overview/Overview.tsx';
import { Profit } from './risk/weeks/Profit.tsx';
import { Rewards } from './risk/weeks/Rewards.tsx';
import { operationsResources } from './operations/resources.tsx';
import { titleOf } from './people/approvals/kinds.ts';
import { RENEW_PATH, RenewPage } from './session/RenewPage.tsx';
import { SchemesPage } from './rules/SchemesPage.tsx';
import { SignInPage } from './session/SignInPage.tsx';
import { UserList, UserShow } from './people/users.tsx';

import type { RaThemeOptions } from 'react-admin';

/** The framework's wheel that turns while something is read has no name for screen readers. */
const WHEEL = { MuiCircularProgress: { defaultProps: { 'aria-label': 'Loading' } } };

/** Nothing moves for those who have asked their system for less motion. */
const STILL = {
  create: () => 'none',
  duration: { shortest: 0, shorter: 0, short: 0, standard: 0, complex: 0, enteringScreen: 0, leavingScreen: 0 },
};
const motion = matchMedia('(prefers-reduced-motion: reduce)').matches ? { transitions: STILL } : {};

/** A theme of the framework's with our own colours for what can be pressed and for the bar at the top. */
function withColors(theme: object, main: string, bar: string, error: string): RaThemeOptions {
  const { palette, components, ...rest } = theme as RaThemeOptions;
  return {
    ...rest,
    ...motion,
    components: { ...components, ...WHEEL, RaList: { defaultProps: { component: ScrollingCard } } },
    palette: { ...palette, primary: { main }, secondary: { main: bar }, error: { main: error } },
  };
}

const LIGHT = withColors(defaultLightTheme, '#0b5d3b', '#0b5d3b', '#b3261e');
const DARK = withColors(defaultDarkTheme, '#7fd6a8', '#12382a', '#ff9e94');

const NOTHING: ReadonlySet<string> = new Set();

export function App() {
  if (window.location.pathname === RENEW_PATH) return <RenewPage />;
  return (
    <BrowserRouter basename="/backoffice">
      <Admin
        title="Furlong back office"
        authProvider={authProvider}
        dataProvider={dataProvider}
        layout={OfficeLayout}
        loginPage={SignInPage}
        requireAuth
        disableTelemetry
        lightTheme={LIGHT}
        darkTheme={DARK}
      >
        {(may: ReadonlySet<string> = NOTHING) => (
          <>
            {may.has('content.read') && (
              <Resource name="content" icon={Article} list={ContentList} edit={ContentPage} options={{ label: 'Content' }} />
            )}
            {may.has('rules.read') && (
              <Resource name="schemes" icon={Gavel} list={SchemesPage} create={NewVersionPage} options={{ label: 'Scheme rules' }} />
            )}
            {may.has('support.read') && (
              <Resource name="customers" icon={SupportAgent} list={CustomerSearch} show={CustomerPage} options={{ label: 'Customers' }} />
            )}
            {may.has('approvals.read') && (
              <Resource
                name="approvals"
                icon={FactCheck}
                list={ApprovalList}
                show={ApprovalShow}
                recordRepresentation={titleOf}
              />
            )}
            {may.has('people.read') && (
              <Resource
                name="users"
                icon={AdminPanelSettings}
                list={UserList}
                show={UserShow}
                recordRepresentation="login"
                options={{ label: 'People' }}
              />
            )}
            {operationsResources(may)}
            <Resource name="jobs" icon={HourglassTop} list={JobList} show={JobShow} recordRepresentation="kind" />
            {may.has('audit.read') && (
              <Resource name="audit" icon={ReceiptLong} list={AuditList} options={{ label: 'Audit log' }} />
            )}
            {may.has('risk.read') && (
              <>
                <Resource name="risk-overview" icon={AccountBalance} list={Overview} options={{ label: 'Risk overview' }} />
                <Resource name="risk-rewards" icon={Redeem} list={Rewards} options={{ label: 'Cost by reward' }} />
                <Resource name="risk-funnel" icon={FilterAlt} list={Funnel} options={{ label: 'Funnel' }} />
                <Resource name="risk-profit" icon={TrendingUp} list={Profit} options={{ label: 'Profit and loss' }} />
              </>
            )}
            <CustomRoutes>
              <Route path="/risk-customers" element={<Customers />} />
              <Route path="/risk-goodwill" element={<Goodwill />} />
              <Route path="/account" element={<Account />} />
            </CustomRoutes>
          </>
        )}
      </Admin>
    </BrowserRouter>
  );
}
