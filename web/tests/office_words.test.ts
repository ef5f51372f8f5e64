/** What the back office says stands in its catalogue: each text once, none elsewhere, and none that nobody says. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { describe, expect, it } from 'vitest';

import { WORDS } from '../backoffice/src/words/index';

const OFFICE = fileURLToPath(new URL('../backoffice/src/', import.meta.url));
const MODULES = readdirSync(OFFICE, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/u.test(path) && !/^words\/|\/generated\//u.test(path))
  .sort();
const CATALOGUE = readdirSync(`${OFFICE}words`, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/u.test(path))
  .map((path) => `words/${path}`);

/** Attributes and fields that people read. */
const SAID = new Set([
  ...['about', 'add', 'aria-label', 'deed', 'emptyText', 'filledBy', 'head', 'help', 'helperText', 'label', 'lead', 'noOptionsText', 'note', 'nothing'],
  ...['onApproval', 'orElse', 'placeholder', 'question', 'title', 'what', 'why'],
]);
/** Fields and attributes of style, of the address and of the graph, whose values may have spaces. */
const UNSAID = new Set(['sx', 'style', 'd', 'key', 'points', 'viewBox', 'autoComplete', 'aria-keyshortcuts', 'to', 'path', 'docs', 'sort']);
/** Errors of those who write the office, not of those who work in it. */
const FAULTS = new Set(['TypeError', 'Error']);
/** Modules of colours and strokes, and the keywords of SQL. */
const STYLED = new Set(['look/theme.ts', 'charts/plot.tsx', 'analytics/tokens.ts']);

const WORD = /\p{L}{2}/u;
const SENTENCE = /\p{L}[\p{L}’,.:;]* (?:\S* )*\p{L}/u;

function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node) || ts.isJsxText(node)) return node.text;
  return ts.isTemplateExpression(node) ? [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('•') : null;
}

function nameOf(node: ts.Node): string {
  if (ts.isJsxAttribute(node)) return node.name.getText();
  return ts.isPropertyAssignment(node) && !ts.isComputedPropertyName(node.name) ? node.name.text : '';
}

/** Whether nobody reads what a node is: a style, an address, a key, a name in SQL, a fault, or what is compared. */
function isUnsaid(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isSourceFile(parent)) return ts.isImportDeclaration(node);
  if (ts.isTypeNode(parent) || ts.isImportDeclaration(parent) || ts.isElementAccessExpression(parent)) return true;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return !/^\p{Lu}\p{Ll}+(?:[ .]|$)/u.test(textOf(node) ?? '');
  if (
    ts.isBinaryExpression(parent) &&
    [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken].includes(parent.operatorToken.kind)
  ) {
    return true;
  }
  if (ts.isCallExpression(parent) && /\.(?:startsWith|endsWith|includes)$/u.test(parent.expression.getText())) return true;
  if (ts.isNewExpression(parent) && FAULTS.has(parent.expression.getText())) return !/^\p{Lu}.*\.(?: |$)/u.test(textOf(node) ?? '');
  if (UNSAID.has(nameOf(parent))) return true;
  return isUnsaid(parent);
}

/** Whether a text is code: a style, a question in SQL, an address, a command. */
const isCode = (text: string) => /^(?:SELECT |furlong |& |@media|\d|[\w-]+\(|\(prefers|\.|#|--|M\d|Variable )|^\/|=|\d(?:px|fr|vh)\b/u.test(text);

/** The element or field that a text is the value of, past conditions and defaults. */
function holderOf(node: ts.Node): ts.Node {
  const { parent } = node;
  const isPassing =
    ts.isConditionalExpression(parent) ||
    ts.isParenthesizedExpression(parent) ||
    ts.isJsxExpression(parent) ||
    ts.isTemplateSpan(parent) ||
    ts.isBinaryExpression(parent);
  return isPassing ? holderOf(parent) : parent;
}

function isSaid(node: ts.Node, text: string): boolean {
  if (ts.isJsxText(node)) return WORD.test(text) && !(ts.isJsxElement(node.parent) && node.parent.openingElement.tagName.getText() === 'code');
  if (isCode(text) || isUnsaid(node)) return false;
  const holder = holderOf(node);
  const isTold = SAID.has(nameOf(holder)) && !/^[\p{Ll}\d]+(?:[._]\p{L}+|\p{Lu}\p{L}*)+$/u.test(text);
  const isNamed = /^\p{Lu}\p{Ll}+$/u.test(text) && (ts.isJsxElement(holder) || ts.isArrayLiteralExpression(holder) || ts.isReturnStatement(holder));
  return (isTold && WORD.test(text)) || SENTENCE.test(text) || isNamed;
}

/** The texts of a module that people would read, each with its line. */
function saidIn(path: string, source: string): string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true, path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== null && isSaid(node, text)) found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}: “${text.trim()}”`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** What is not plain speech: a verb that ends a sentence stands for itself. */
const NOT_OUR_VOICE = /\b(?:is|are|was|were|do|does|did|has|have|will|would) not [\p{L}•]|\bcannot [\p{L}•]|\bat the moment\b|\bsorry\b|\p{L}'\p{L}|!/iu;

/** Every text of a module of the catalogue. */
function everyTextIn(path: string, source: string): string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== null && !ts.isImportDeclaration(node.parent)) found.push(text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const sourceOf = (path: string) => readFileSync(`${OFFICE}${path}`, 'utf8');
const SOURCES = new Map(MODULES.map((path) => [path, sourceOf(path)]));

/** Every message as it is named in the screens. */
const MESSAGES = Object.entries(WORDS).flatMap(([area, messages]) => Object.keys(messages).map((name) => `WORDS.${area}.${name}`));

describe('the words of the back office', () => {
  it('stand in the catalogue: move a text from a screen to words/, and name it there', () => {
    const texts = [...SOURCES].filter(([path]) => !STYLED.has(path)).flatMap(([path, source]) => saidIn(path, source));
    expect(texts).toEqual([]);
  });

  it('are all said by a screen: delete a message that none names', () => {
    const said = new Set([...SOURCES.values()].flatMap((source) => source.match(/\bWORDS\.\w+\.\w+/gu) ?? []));
    expect(MESSAGES.filter((message) => !said.has(message))).toEqual([]);
  });

  it('are one sentence each: no two messages of an area say the same', () => {
    const twice = Object.entries(WORDS).flatMap(([area, messages]) => {
      const texts = Object.values(messages).filter((message) => typeof message === 'string');
      return texts.filter((text, at) => texts.indexOf(text) !== at).map((text) => `${area}: ${text}`);
    });
    expect(twice).toEqual([]);
  });

  it('speak plainly: with contractions and curly apostrophes, and never press', () => {
    const texts = CATALOGUE.flatMap((path) => everyTextIn(path, sourceOf(path)));
    expect(texts.length).toBeGreaterThan(1_500);
    expect(texts.filter((text) => NOT_OUR_VOICE.test(text))).toEqual([]);
  });
});

describe('one of a kind', () => {
  it.each([
    [WORDS.home.areDisabled({ count: 1 }), '1 is disabled.'],
    [WORDS.finance.transfersSigned({ count: 1, shown: '1' }), '1 transfer; signed.'],
    [WORDS.betting.worstCaseOfEvent({ event: 'Ascot', bets: 1, shown: '1' }), 'The worst case of Ascot, with 1 open bet.'],
    [WORDS.rules.storedWithoutLegs({ bets: 1 }), '1 is stored without its legs, so it doesn’t count.'],
    [WORDS.approvals.customerGetsValidDays({ named: 'A', days: 1 }), 'The customer gets “A”, which is valid for 1 day.'],
    [WORDS.approvals.gamesFirstSeenInTheLastDays({ days: 1 }), 'games first seen in the last day'],
    [WORDS.analytics.betsCounted({ count: 1, share: '100%', bets: '1', week: 'it' }), '100% of 1 bet in it counted'],
    [WORDS.support.aReminderAfterMinutes({ minutes: 1 }), 'A reminder after 1 minute'],
  ])('is said as one: %s', (said, expected) => {
    expect(said).toBe(expected);
  });
});

describe('the check of a module', () => {
  it.each([
    ['<Alert>Nothing is owed.</Alert>', 1],
    ['<Button label="Save" />', 1],
    ['<Button label={isNew ? "Save" : "Keep"} />', 2],
    ['const TITLE = "A title";', 1],
    ['const said = `${count} bets count`;', 1],
    ['const column = { head: "Bets" };', 1],
    ['const codes = { "User id": id };', 1],
    ['throw new Error("It cannot be read. Reload the page.");', 1],
    ['<Box sx={{ padding: "8px 24px" }} component="span" />', 0],
    ['const isNew = state === "brand new";', 0],
    ['<Resource name="lateBets" label={WORDS.frame.screens.lateBets} />', 0],
    ['throw new TypeError("this is no list");', 0],
    ['const path = `/content/${id}`;', 0],
  ])('finds in %s texts: %i', (source, count) => {
    expect(saidIn('Example.tsx', source)).toHaveLength(count);
  });
});
