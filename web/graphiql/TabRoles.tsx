/** Presents GraphiQL's tabs as a group of buttons: a tab must not contain buttons, and each of its tabs has two. */
import { useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';

export function TabRoles() {
  const { tabs, activeTabIndex } = useGraphiQL(({ tabs, activeTabIndex }) => ({ tabs, activeTabIndex }));
  useEffect(() => {
    document.querySelector('.graphiql-tabs')?.setAttribute('role', 'group');
    document.querySelectorAll('.graphiql-tab').forEach((tab, index) => {
      tab.setAttribute('role', 'none');
      tab.removeAttribute('aria-selected');
      tab.querySelector('.graphiql-tab-button')?.setAttribute('aria-current', String(index === activeTabIndex));
    });
  }, [tabs, activeTabIndex]);
  return null;
}
