/** The back office: its areas, each shown to those who may use it. */
import { QueryClient } from '@tanstack/react-query';
import { Admin, CustomRoutes, Resource } from 'react-admin';
import { createBrowserRouter, Route, RouterProvider } from 'react-router-dom';

import { choices } from './components/savedFilters.tsx';
import { bettingResources } from './betting/resources.tsx';
import { BoardPage } from './events/board/BoardPage.tsx';
import { EntryPage } from './events/board/EntryPage.tsx';
import { ContentList } from './content/contentList.tsx';
import { ContentPage } from './content/ContentPage.tsx';
import { Account } from './session/Account.tsx';
import { Analytics } from './analytics/Analytics.tsx';
import { Questions } from './analytics/Questions.tsx';
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
import { eventResources } from './events/resources.tsx';
import { financeResources } from './finance/resources.tsx';
import { JobList, JobShow } from './people/jobs.tsx';
import { NewVersionPage } from './rules/NewVersionPage.tsx';
import { Home } from './home/Home.tsx';
import { LobbyPage } from './lobby/LobbyPage.tsx';
import { OfficeLayout } from './frame/OfficeLayout.tsx';
import { DARK, LIGHT } from './look/theme.ts';
import { Overview } from './risk/overview/Overview.tsx';
import { Profit } from './risk/weeks/Profit.tsx';
import { Rewards } from './risk/weeks/Rewards.tsx';
import { caseResources, operationsResources } from './operations/resources.tsx';
import { titleOf } from './people/approvals/kinds.ts';
import { RENEW_PATH, RenewPage } from './session/RenewPage.tsx';
import { SchemePage } from './rules/SchemePage.tsx';
import { SchemesPage } from './rules/SchemesPage.tsx';
import { SignInPage } from './session/SignInPage.tsx';
import { UserList, UserShow } from './people/users.tsx';
import { WORDS } from './words/index.ts';

const STORE = choices();

/** Nothing is asked again because its window comes to the front: the framework would leave the page of an ended session. */
const QUERIES = new QueryClient({ defaultOptions: { queries: { refetchOnWindowFocus: false, refetchOnReconnect: false } } });
const NOTHING: ReadonlySet<string> = new Set();

/** One route of the data router, by which a screen can ask before it is left; the framework has the others. */
const ROUTER = createBrowserRouter([{ path: '*', element: <Office /> }], { basename: '/backoffice' });

export function App() {
  return window.location.pathname === RENEW_PATH ? <RenewPage /> : <RouterProvider router={ROUTER} />;
}

function Office() {
  return (
    <Admin
      title={WORDS.common.furlongBackOffice}
      authProvider={authProvider}
      dataProvider={dataProvider}
      store={STORE}
      queryClient={QUERIES}
      layout={OfficeLayout}
      dashboard={Home}
      loginPage={SignInPage}
      requireAuth
      disableTelemetry
      lightTheme={LIGHT}
      darkTheme={DARK}
    >
      {(may: ReadonlySet<string> = NOTHING) => (
        <>
          {may.has('content.read') && (
            <Resource name="content" list={ContentList} edit={ContentPage} options={{ label: WORDS.frame.screens.content }} />
          )}
          {may.has('rules.read') && (
            <Resource name="schemes" list={SchemesPage} create={NewVersionPage} show={SchemePage} options={{ label: WORDS.frame.screens.schemes }} />
          )}
          {may.has('events.board') && <Resource name="board" list={BoardPage} edit={EntryPage} options={{ label: WORDS.frame.screens.board }} />}
          {may.has('lobby.read') && <Resource name="lobby" list={LobbyPage} options={{ label: WORDS.frame.screens.lobby }} />}
          {may.has('support.read') && (
            <Resource name="customers" list={CustomerSearch} show={CustomerPage} options={{ label: WORDS.frame.screens.customers }} />
          )}
          {may.has('approvals.read') && (
            <Resource
              name="approvals"
              list={ApprovalList}
              show={ApprovalShow}
              recordRepresentation={titleOf}
            />
          )}
          {may.has('people.read') && (
            <Resource
              name="users"
              list={UserList}
              show={UserShow}
              recordRepresentation="login"
              options={{ label: WORDS.frame.screens.users }}
            />
          )}
          {operationsResources(may)}
          {caseResources(may)}
          {eventResources(may)}
          {financeResources(may)}
          {bettingResources(may)}
          <Resource name="jobs" list={JobList} show={JobShow} recordRepresentation="kind" />
          {may.has('audit.read') && (
            <Resource name="audit" list={AuditList} options={{ label: WORDS.frame.screens.audit }} />
          )}
          {may.has('risk.read') && (
            <>
              <Resource name="risk-overview" list={Overview} options={{ label: WORDS.frame.screens['risk-overview'] }} />
              <Resource name="risk-rewards" list={Rewards} options={{ label: WORDS.frame.screens['risk-rewards'] }} />
              <Resource name="risk-funnel" list={Funnel} options={{ label: WORDS.frame.screens['risk-funnel'] }} />
              <Resource name="risk-profit" list={Profit} options={{ label: WORDS.frame.screens['risk-profit'] }} />
              <Resource name="analytics" list={Analytics} options={{ label: WORDS.frame.screens.analytics }} />
            </>
          )}
          <CustomRoutes>
            <Route path="/risk-customers" element={<Customers />} />
            <Route path="/risk-goodwill" element={<Goodwill />} />
            <Route path="/questions" element={<Questions />} />
            <Route path="/account" element={<Account />} />
          </CustomRoutes>
        </>
      )}
    </Admin>
  );
}
