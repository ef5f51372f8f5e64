// A page of a game: it asks the server what becomes of a game, and shows it. Nothing is decided here.
'use strict';

const facts = JSON.parse(document.getElementById('facts').textContent);
const { words } = facts;
const part = (id) => document.getElementById(id);
const TURNING_MS = 600;
const ASK_MS = 15000;
const calm = matchMedia('(prefers-reduced-motion: reduce)');
let key = null; // of a game whose answer is not known yet
let round = null;
let busy = false;
let ready = 0;

function text(name, values = {}) {
  return (words[name] ?? words.problem_other).replace(/\{(\w+)\}/g, (_, member) => values[member] ?? '');
}

function money(units) {
  const amount = units / facts.units;
  if (facts.demo) {
    return new Intl.NumberFormat(facts.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(amount);
  }
  return new Intl.NumberFormat(facts.lang, { style: 'currency', currency: facts.currency }).format(amount);
}

function say(sentence, isBad = false) {
  part('said').textContent = sentence;
  part('said').classList.toggle('bad', isBad);
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function ask(path, body) {
  const stop = AbortSignal.timeout(ASK_MS);
  const how = body === undefined ? {} : {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  };
  const answer = await fetch(`${location.pathname}/${path}`, { ...how, signal: stop, cache: 'no-store' });
  if (!answer.ok) {
    throw new Error(`status ${answer.status}`);
  }
  return answer.json();
}

function symbol(letter) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#s-${letter}`);
  svg.append(use);
  return svg;
}

function number(value) {
  const span = document.createElement('span');
  span.textContent = value;
  return span;
}

function show(shown) {
  const tiles = part('shown').children;
  shown.forEach((value, index) => {
    tiles[index].replaceChildren(facts.kind === 'slot' ? symbol(value) : number(value));
  });
  if (facts.kind === 'slot') {
    return text('shows', { list: shown.map((letter) => text(facts.symbols[letter])).join(', ') });
  }
  const sum = shown.reduce((total, value) => total + value, 0);
  return text('shows', { list: shown.length > 1 ? `${shown.join(' + ')} = ${sum}` : sum });
}

function setButtons() {
  const isOpen = round !== null && round.state === 'open';
  part('bet').hidden = isOpen;
  part('open').hidden = !isOpen;
  if (isOpen) {
    part('collect').textContent = text('collect', { amount: money(round.win) });
    part('double').hidden = !round.can_double;
  }
  const isOff = busy || Date.now() < ready;
  for (const id of ['go', 'double', 'collect']) {
    part(id).setAttribute('aria-disabled', String(busy || (id === 'go' && isOff)));
  }
}

function take(told) {
  if (told.balance !== null) {
    part('balance').textContent = money(told.balance);
  }
  part('net').textContent = money(told.net);
  part('minutes').textContent = text('minutes', { count: Math.floor(told.seconds / 60) });
  part('free').hidden = told.free === null;
  if (told.free !== null) {
    part('free').textContent = text('free', { count: told.free.left, amount: money(told.free.stake) });
  }
  ready = Date.now() + told.wait * 1000;
  if (told.wait > 0) {
    setTimeout(setButtons, told.wait * 1000 + 20);
  }
}

function outcome(told) {
  const sentences = [];
  if (round.state === 'open') {
    sentences.push(text(round.doubled ? 'doubled' : 'may_double', { amount: money(round.win) }));
  } else if (round.win > round.stake) {
    sentences.push(text('won', { amount: money(round.win) }));
  } else if (round.win > 0) {
    sentences.push(text(round.free ? 'won' : 'back', { amount: money(round.win) }));
  } else {
    sentences.push(text(round.doubled ? 'not_doubled' : 'lost'));
  }
  if (round.state === 'closed' && round.win > 0 && !round.paid) {
    sentences.push(text('later'));
  }
  if (told.problem !== null) {
    sentences.push(text(`problem_${told.problem}`));
  }
  return sentences;
}

async function deed(path, body, turns) {
  if (busy) {
    return;
  }
  const from = document.activeElement;
  busy = true;
  say('');
  part('shown').classList.toggle('turning', turns);
  setButtons();
  try {
    const pause = new Promise((done) => { setTimeout(done, turns && !calm.matches ? TURNING_MS : 0); });
    const [told] = await Promise.all([ask(path, body), pause]);
    if (told.problem !== 'wait') {
      key = null;
    }
    take(told);
    if (told.round === null) {
      say(text(`problem_${told.problem ?? 'other'}`), true);
    } else {
      round = told.round;
      say([show(round.shown), ...outcome(told)].join(' '));
    }
  } catch {
    say(text('problem_network'), true);
  }
  busy = false;
  part('shown').classList.remove('turning');
  setButtons();
  const isOpen = round !== null && round.state === 'open';
  if (from !== null && from.closest('[hidden]') !== null) {
    part(isOpen ? 'collect' : 'go').focus();
  }
}

part('go').addEventListener('click', () => {
  if (part('go').getAttribute('aria-disabled') === 'true') {
    return;
  }
  key ??= newKey();
  const choice = document.querySelector('[name="choice"]:checked')?.value ?? '';
  deed('games', { key, stake: part('stake').value, choice }, true);
});
// Each game is begun by a press of its own: a key that is held begins none.
part('go').addEventListener('keydown', (event) => {
  if (event.repeat) {
    event.preventDefault();
  }
});
part('double').addEventListener('click', () => deed('double', { round: round.id, doubled: round.doubled }, false));
part('collect').addEventListener('click', () => deed('collect', { round: round.id }, false));

// Elsewhere, the balance may have changed meanwhile.
document.addEventListener('visibilitychange', async () => {
  if (document.visibilityState === 'visible' && !busy) {
    try {
      take(await ask('state'));
    } catch {
      // The next game asks again.
    }
  }
});

async function begin() {
  for (const option of part('stake').options) {
    option.textContent = money(Number(option.dataset.units));
  }
  try {
    const told = await ask('state');
    take(told);
    if (told.round !== null && told.round.state === 'open') {
      round = told.round;
      say([show(round.shown), ...outcome(told)].join(' '));
    } else if (told.problem !== null) {
      say(text(`problem_${told.problem}`), true);
    }
  } catch {
    say(text('problem_network'), true);
  }
  setButtons();
}
begin();
