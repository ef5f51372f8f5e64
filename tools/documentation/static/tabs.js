// Tabs from a group of paragraphs in bold, each with what follows it; without scripts all of it is read in order.
for (const [number, group] of document.querySelectorAll('div.tabs').entries()) {
  const list = document.createElement('div');
  list.setAttribute('role', 'tablist');
  list.setAttribute('aria-label', 'Ways to do it');
  const tabs = [];

  const choose = (tab) => {
    for (const each of tabs) {
      const isChosen = each === tab;
      each.setAttribute('aria-selected', String(isChosen));
      each.tabIndex = isChosen ? 0 : -1;
      document.getElementById(each.getAttribute('aria-controls')).hidden = !isChosen;
    }
  };

  let panel = null;
  for (const child of [...group.children]) {
    const title = child.matches('p') && child.childNodes.length === 1 ? child.querySelector(':scope > strong') : null;
    if (title === null) {
      panel?.append(child);
      continue;
    }
    const id = `tabs-${number}-${tabs.length}`;
    const tab = Object.assign(document.createElement('button'), { type: 'button', id, textContent: title.textContent });
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', `${id}-panel`);
    panel = Object.assign(document.createElement('div'), { id: `${id}-panel` });
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', id);
    child.replaceWith(panel);
    tab.addEventListener('click', () => choose(tab));
    tabs.push(tab);
    list.append(tab);
  }
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
    event.preventDefault();
  });
  group.prepend(list);
  if (tabs.length > 0) choose(tabs[0]);
}
