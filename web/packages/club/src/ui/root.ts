/** React's roots by Preact alone, for elements that are empty. */
import { type ComponentChildren, render } from 'preact';

export function createRoot(container: Element) {
  return {
    render: (children: ComponentChildren) => {
      render(children, container);
    },
    unmount: () => {
      render(null, container);
    },
  };
}
