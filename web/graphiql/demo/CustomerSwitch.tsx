/** Chooses the customer of the demo in whose name all tabs ask. */
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useState } from 'react';

import type { DemoCustomer } from '../../demo/session/demo';
import { headersOf } from '../start';

/** What this sets of a tab. */
interface Filled {
  readonly headers: string;
  readonly variables: string;
}

type Nullable = { readonly [Key in keyof Filled]?: string | null };

export function CustomerSwitch({ customers }: { readonly customers: readonly DemoCustomer[] }) {
  const [chosen, choose] = useState(customers[0]?.id ?? '');
  const actions = useGraphiQLActions();
  const { tabs, activeTabIndex, headerEditor, variableEditor } = useGraphiQL((state) => ({
    tabs: state.tabs,
    activeTabIndex: state.activeTabIndex,
    headerEditor: state.headerEditor,
    variableEditor: state.variableEditor,
  }));
  const customer = customers.find(({ id }) => id === chosen);
  const headers = headersOf(customer);

  function filled(tab: Nullable): Filled {
    return {
      headers: isReplaced(tab.headers ?? '', customers) ? headers : (tab.headers ?? ''),
      variables: ofBrand(tab.variables ?? '', customer?.brand),
    };
  }

  function fill(): void {
    if (headerEditor === undefined || variableEditor === undefined) return;
    const changed = tabs.map((tab, index) => (index === activeTabIndex ? tab : { ...tab, ...filled(tab) }));
    if (changed.some((tab, index) => isOther(tab, tabs[index]))) actions.moveTab(changed);
    const shown = { headers: headerEditor.getValue(), variables: variableEditor.getValue() };
    const wanted = filled(shown);
    if (!isOther(wanted, shown)) return;
    headerEditor.setValue(wanted.headers);
    variableEditor.setValue(wanted.variables);
    actions.updateActiveTabValues(wanted);
  }
  // Also for a tab that was added, and for those of an earlier visit, whose headers are not stored.
  useEffect(fill, [headers, headerEditor, variableEditor, tabs.length]); // eslint-disable-line react-hooks/exhaustive-deps

  return (
    <label className="demo-switch">
      Customer
      <select value={chosen} onChange={({ target }) => choose(target.value)}>
        {customers.map(({ id, note }) => (
          <option key={id} value={id}>
            {id} · {note}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Whether headers are none of the user's own: empty, or with a token of the demo. */
function isReplaced(headers: string, customers: readonly DemoCustomer[]): boolean {
  return headers.trim() === '' || customers.some(({ token }) => headers.includes(token));
}

function isOther(tab: Nullable, than: Nullable | undefined): boolean {
  return tab.headers !== than?.headers || tab.variables !== than?.variables;
}

/** Variables with the brand of the customer, whose session is valid for no other. */
function ofBrand(variables: string, brand: string | undefined): string {
  if (brand === undefined) return variables;
  return variables.replace(/("brand":\s*)"[^"]*"/u, (_, name: string) => name + JSON.stringify(brand));
}
