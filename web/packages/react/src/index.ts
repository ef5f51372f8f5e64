/** The club in a React page: the custom element, whose script is loaded only in the browser. */
import { createElement, forwardRef, useEffect, useImperativeHandle, useRef } from 'react';

import type { FurlongClubElement } from '../../element/types/index';
import type { FurlongClubProps } from '../types/index';

/** The space reserved before the element is defined, so that nothing moves afterwards. */
const ROOM = { display: 'block', minBlockSize: 'var(--club-room, 7.5em)' } as const;

export const FurlongClub = forwardRef<FurlongClubElement, FurlongClubProps>(function FurlongClub(props, ref) {
  const { brand, endpoint, getToken, locale, theme, slip = null, live, onState, className, style } = props;
  const element = useRef<FurlongClubElement>(null);
  useImperativeHandle<FurlongClubElement | null, FurlongClubElement | null>(ref, () => element.current, []);

  useEffect(() => {
    void import('@furlong/element');
  }, []);

  const newest = useRef(getToken);
  useEffect(() => {
    newest.current = getToken;
  }, [getToken]);
  useEffect(() => {
    // Keep one function, because a new one for each rendering would request a token each time.
    if (element.current !== null) element.current.getToken = (reason) => newest.current(reason);
  }, []);

  useEffect(() => {
    if (element.current !== null) element.current.slip = slip;
  }, [slip]);

  useEffect(() => {
    const shown = element.current;
    if (shown === null || onState === undefined) return;
    const listener = (event: Event) => onState((event as CustomEvent<Parameters<typeof onState>[0]>).detail);
    shown.addEventListener('furlong:state', listener);
    return () => shown.removeEventListener('furlong:state', listener);
  }, [onState]);

  return createElement('furlong-club', {
    ref: element,
    brand,
    endpoint,
    locale,
    theme,
    live,
    // React 18 writes the properties of a custom element as attributes of the same name.
    class: className,
    style: { ...ROOM, ...style },
  });
});
