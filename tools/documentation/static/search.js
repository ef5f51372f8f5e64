// The search: suggestions below the field while one types, and the page of results, from one ranked index.
(() => {
  const root = document.documentElement.dataset.content_root ?? './';
  const SATURATION = 1.2;
  const BY_LENGTH = 0.6;
  // Decisions, runbooks and changes come after everything that explains, unless they are asked for by name: by the
  // whole of it, or, for a runbook, by most of its words.
  const LAST = 0.3;
  const MOST = 2 / 3;
  const MAX_SUGGESTED = 8;
  const MAX_FOUND = 30;
  const MAX_OF_A_PAGE = 2;
  let reading = null;

  function index() {
    reading ??= fetch(`${root}_static/search.json`).then(async (response) => {
      if (!response.ok) throw new Error(`status ${response.status}`);
      const read = await response.json();
      return { ...read, noise: new Set(read.noise), sorted: Object.keys(read.words).sort() };
    });
    reading.catch(() => { reading = null; });
    return reading;
  }

  /** A word without the endings of its forms, as search_index.py has it. */
  function stem(word) {
    for (const [ending, least] of [["'s", 1], ['ies', 3], ['ing', 4], ['ed', 4], ['es', 4], ['s', 3]]) {
      if (word.endsWith(ending) && word.length - ending.length >= least && !word.endsWith('ss')) {
        const base = word.slice(0, -ending.length) + (ending === 'ies' ? 'y' : '');
        const isDoubled = base.length > 3 && base.at(-1) === base.at(-2) && !'lsz'.includes(base.at(-1));
        return isDoubled ? base.slice(0, -1) : base;
      }
    }
    return word;
  }

  /** The words of a question that say something: as the index has each, and as it is typed. */
  function wordsOf(text, noise) {
    const words = [];
    for (const [word] of text.toLowerCase().replaceAll('’', "'").matchAll(/[a-z0-9]+(?:[_.'-][a-z0-9]+)*/g)) {
      const parts = word.split(/[_.-]/);
      if (parts.length > 1) words.push([word, word]);
      for (const part of parts) if (part !== '' && !noise.has(part)) words.push([stem(part).replace(/e$/, ''), part]);
    }
    return [...new Map(words).entries()];
  }

  /** The words of the index that one typed may stand for: itself, and, as the last one, what begins with it. */
  function meant(read, word, typed, isLast) {
    const exact = Object.hasOwn(read.words, word) ? [[word, 1]] : [];
    if (!isLast || typed.length < 2) return exact;
    let low = 0;
    let high = read.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (read.sorted[middle] < typed) low = middle + 1;
      else high = middle;
    }
    const begun = [];
    for (let place = low; place < read.sorted.length && begun.length < 200 && read.sorted[place].startsWith(typed); place++) {
      if (read.sorted[place] !== word) begun.push([read.sorted[place], exact.length > 0 ? 0.3 : 0.8]);
    }
    return [...exact, ...begun];
  }

  function find(read, typed, most) {
    const words = wordsOf(typed, read.noise);
    const whole = typed.trim().toLowerCase();
    const sums = new Map();
    for (const [place, [word, part]] of words.entries()) {
      const best = new Map();
      for (const [known, share] of meant(read, word, part, place === words.length - 1)) {
        const posting = read.words[known];
        const rarity = Math.log(1 + read.entries.length / (posting.length / 2));
        for (let at = 0; at < posting.length; at += 2) {
          const length = read.entries[posting[at]][6] / read.average;
          const weight = posting[at + 1];
          const score = (share * rarity * weight * (SATURATION + 1)) / (weight + SATURATION * (1 - BY_LENGTH + BY_LENGTH * length) * 6);
          best.set(posting[at], Math.max(best.get(posting[at]) ?? 0, score));
        }
      }
      for (const [entry, score] of best) {
        const [sum, number] = sums.get(entry) ?? [0, 0];
        sums.set(entry, [sum + score, number + 1]);
      }
    }
    const isMost = (name) => {
      const named = new Set(wordsOf(name, read.noise).map(([word]) => word));
      return words.length > 1 && words.length >= MOST * named.size && words.every(([word]) => named.has(word));
    };
    const calledBy = (address, name, kind) => {
      const isWhole = name.toLowerCase().split(', ').includes(whole);
      if (isWhole) return { Section: 1.5, Setting: 6 }[kind] ?? 4;
      return kind === 'Page' && address.startsWith('runbooks/') && isMost(name) ? 8 : 1;
    };
    const ranked = [...sums].map(([entry, [sum, number]]) => {
      const [address, name, kind, , , rank] = read.entries[entry];
      const called = calledBy(address, name, kind);
      const isLast = rank <= LAST && called === 1;
      return [(isLast ? -1000 : 0) + sum * (number / words.length) ** 2 * rank * called * (kind === 'Page' ? 1.15 : 1), entry];
    });
    ranked.sort(([left, first], [right, second]) => right - left || first - second);
    const ofPage = new Map();
    const found = [];
    for (const [, entry] of ranked) {
      const page = read.entries[entry][0].split('#')[0];
      const number = ofPage.get(page) ?? 0;
      if (number === MAX_OF_A_PAGE) continue;
      ofPage.set(page, number + 1);
      found.push(read.entries[entry]);
      if (found.length === most) break;
    }
    return found;
  }

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function item([address, name, kind, page, excerpt], withExcerpt) {
    const where = kind === 'Page' || page === '' || page === name ? kind : `${kind} · ${page}`;
    const link = element('a', { href: root + address }, element('span', { className: 'found-name', textContent: name }));
    const made = element('li', {}, link, element('span', { className: 'found-where', textContent: where }));
    if (withExcerpt && excerpt !== '') made.append(element('p', { className: 'found-text', textContent: excerpt }));
    return made;
  }

  const said = (number) => (number === 0 ? 'Nothing found. Try fewer or other words.' : `${number} found`);
  const UNREAD = 'The search can’t be read right now. Reload the page.';

  function suggest(form, field) {
    const list = element('ul', {});
    const status = element('p', { role: 'status', className: 'found-status' });
    const panel = element('div', { className: 'suggestions', hidden: true }, status, list);
    form.append(panel);
    field.autocomplete = 'off';
    let asked = 0;

    async function show() {
      const mine = ++asked;
      const typed = field.value.trim();
      if (typed === '') {
        panel.hidden = true;
        return;
      }
      try {
        const found = find(await index(), typed, MAX_SUGGESTED);
        if (mine !== asked) return;
        list.replaceChildren(...found.map((each) => item(each, false)));
        status.textContent = found.length === 0 ? said(0) : 'Best matches. Enter shows more.';
      } catch {
        list.replaceChildren();
        status.textContent = UNREAD;
      }
      panel.hidden = false;
    }

    field.addEventListener('focus', () => void index().catch(() => undefined));
    field.addEventListener('input', () => void show());
    form.addEventListener('keydown', (event) => {
      const links = [...list.querySelectorAll('a')];
      const at = links.indexOf(document.activeElement);
      if (event.key === 'Escape' && !panel.hidden) {
        asked++;
        panel.hidden = true;
        field.focus();
      } else if (event.key === 'ArrowDown' && links.length > 0) links[Math.min(at + 1, links.length - 1)].focus();
      else if (event.key === 'ArrowUp' && at >= 0) (at === 0 ? field : links[at - 1]).focus();
      else return;
      event.preventDefault();
    });
    document.addEventListener('click', (event) => {
      if (!form.contains(event.target)) panel.hidden = true;
    });
  }

  async function results(place) {
    const typed = new URLSearchParams(location.search).get('q') ?? '';
    for (const field of document.querySelectorAll('input[name=q]')) field.value = typed;
    if (typed.trim() === '') return;
    const status = place.querySelector('[role=status]');
    try {
      const found = find(await index(), typed, MAX_FOUND);
      status.textContent = said(found.length);
      place.querySelector('ul').replaceChildren(...found.map((each) => item(each, true)));
    } catch {
      status.textContent = UNREAD;
    }
  }

  // As on most sites of documentation, "/" goes to the search.
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, textarea, select, [contenteditable]') !== null) return;
    const field = [...document.querySelectorAll('input[name=q]')].find((shown) => shown.checkVisibility());
    if (field === undefined) return;
    field.focus();
    event.preventDefault();
  });

  for (const form of document.querySelectorAll('form[role=search]')) suggest(form, form.elements.namedItem('q'));
  const place = document.getElementById('search-results');
  if (place !== null) void results(place);
})();
