/**
 * JSX for pages that a browser may translate: each text is the only child of an element of its own.
 *
 * A translator replaces the text nodes of a page by its own, or moves them into elements of its own. A text node that
 * is remembered and updated then changes nothing that anybody sees: an amount stays where another is true. Here a new
 * text is a new element, whose key is the text, and the old element takes along what the translator has made of it.
 */
import type { ComponentChildren } from 'preact';
import { Fragment, jsx as preactJsx } from 'preact/jsx-runtime';

type Props = Record<string, unknown> & { readonly children?: ComponentChildren };
const create = preactJsx as (type: unknown, props: Props, key?: string) => ReturnType<typeof preactJsx>;

/** Creates an element; the texts among its children become elements. */
export function jsx(type: unknown, props: Props, key?: string): ReturnType<typeof preactJsx> {
  const { children } = props;
  const isShown = typeof type === 'string' || type === Fragment;
  return create(type, isShown && children !== undefined ? { ...props, children: inElement(children) } : props, key);
}

export { Fragment, jsx as jsxs };

function inElement(child: ComponentChildren, position = 0): ComponentChildren {
  if (Array.isArray(child)) return child.map(inElement);
  const isText = (typeof child === 'string' && child.trim() !== '') || typeof child === 'number';
  return isText ? create('span', { children: child }, `${position}:${child}`) : child;
}
