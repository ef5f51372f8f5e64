// Finds text that a visitor cannot read as it is meant: cut off, outside of its box, or under other text.
// Returns sentences; an empty list if all is well. `root` is a CSS selector of what to look at; if `mayScroll` is
// true, what lies outside of a box that scrolls sideways is no fault, nor what lies under a part that stays.
(root, mayScroll) => {
  const SLACK = 1.5;
  const found = [];
  const texts = [];

  const isHidden = (element) => {
    const style = getComputedStyle(element);
    return !element.checkVisibility({ visibilityProperty: true }) || Number(style.opacity) === 0;
  };
  // Text for screen readers only is cut off on purpose.
  const isForReaders = (element) => {
    for (let each = element; each instanceof Element; each = each.parentElement) {
      const { width, height } = each.getBoundingClientRect();
      const style = getComputedStyle(each);
      if (style.clipPath === 'inset(50%)' || (style.overflow === 'hidden' && width <= 1 && height <= 1)) return true;
    }
    return false;
  };
  const name = (element) => {
    const screen = element.closest('[data-screen]');
    const label = `${element.tagName.toLowerCase()}${element.className && typeof element.className === 'string' ? `.${element.className.split(' ').join('.')}` : ''}`;
    return screen === null ? label : `${screen.dataset.screen}: ${label}`;
  };
  const clips = (style, axis) => ['hidden', 'clip', 'auto', 'scroll'].includes(axis === 'x' ? style.overflowX : style.overflowY);
  const isScrolledTo = (style, each) => mayScroll && ['auto', 'scroll'].includes(style.overflowX) && each.scrollWidth > each.clientWidth + SLACK;
  const stays = (element) => {
    for (let each = element; each instanceof Element; each = each.parentElement) if (getComputedStyle(each).position === 'sticky') return true;
    return false;
  };
  const told = (what, element, text) => found.push(`${what} in ${name(element)}: "${text.trim().slice(0, 60)}"`);

  const checkBoxes = (element, rect, text) => {
    for (let each = element; each instanceof Element && each !== document.documentElement; each = each.parentElement) {
      const style = getComputedStyle(each);
      const box = each.getBoundingClientRect();
      const outX = rect.left < box.left - SLACK || rect.right > box.right + SLACK;
      if (outX && isScrolledTo(style, each)) return false;
      const outY = rect.top < box.top - SLACK || rect.bottom > box.bottom + SLACK;
      if ((outX && clips(style, 'x')) || (outY && clips(style, 'y'))) return told('cut off', each, text) > 0;
      const isBox = style.display !== 'inline' && style.display !== 'contents';
      const isDrawn = parseFloat(style.borderLeftWidth) > 0 || style.backgroundColor !== 'rgba(0, 0, 0, 0)';
      if (isBox && isDrawn && (outX || outY)) return told('outside of its box', each, text) > 0;
      if (style.position === 'fixed') break;
    }
    if (rect.left < -SLACK || rect.right > document.documentElement.clientWidth + SLACK) told('outside of the page', element, text);
    return true;
  };

  // The glyphs of a line fill about the middle of its box: lines set tightly do not overlap.
  const inked = (rect) => {
    const trim = rect.height * 0.2;
    return { left: rect.left + 1, right: rect.right - 1, top: rect.top + trim, bottom: rect.bottom - trim };
  };

  for (const scope of document.querySelectorAll(root)) {
    const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      if (node.data.trim() === '' || element === null || isHidden(element) || isForReaders(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        if (rect.width < 1 || rect.height < 1) continue;
        if (checkBoxes(element, rect, node.data) && !(mayScroll && stays(element))) texts.push({ node, element, rect: inked(rect), text: node.data });
      }
      const style = getComputedStyle(element);
      if (style.textOverflow === 'ellipsis' && element.scrollWidth > element.clientWidth + 1) told('shortened', element, node.data);
    }
    for (const field of scope.querySelectorAll('input, select, textarea')) {
      if (field.scrollWidth > field.clientWidth + 1 && !isHidden(field)) told('cut off', field, field.value);
    }
  }

  texts.sort((one, other) => one.rect.top - other.rect.top);
  texts.forEach((one, index) => {
    for (let next = index + 1; next < texts.length; next += 1) {
      const other = texts[next];
      if (other.rect.top >= one.rect.bottom) break;
      const across = Math.min(one.rect.right, other.rect.right) - Math.max(one.rect.left, other.rect.left);
      const down = Math.min(one.rect.bottom, other.rect.bottom) - Math.max(one.rect.top, other.rect.top);
      if (one.node !== other.node && across > 1 && down > 1) told(`under "${other.text.trim().slice(0, 40)}"`, one.element, one.text);
    }
  });
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth + 1) found.push(`the page is wider than the window: ${page.scrollWidth} > ${page.clientWidth}`);
  return [...new Set(found)];
}
