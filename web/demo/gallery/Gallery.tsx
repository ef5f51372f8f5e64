/** All screens on one page, with switches for language, theme, text size and details. */
import { localeFor, LocaleProvider, LOCALES, TrackerCard } from '@furlong/club';
import { useEffect, useState, type ReactNode } from 'react';

import { SCREENS, type Screen } from './screens';

interface Look {
  readonly language: string;
  readonly theme: string;
  readonly size: string;
  readonly open: string;
}

/** A fixed time zone, so that screenshots are the same everywhere. */
const ZONE = 'Europe/London';
const asked = new URLSearchParams(window.location.search);
const only = asked.get('only');
const FIRST: Look = {
  language: asked.get('lang') ?? 'en-GB',
  theme: asked.get('theme') ?? 'light',
  size: asked.get('size') ?? '100%',
  open: asked.get('open') ?? 'some',
};

export function Gallery() {
  const [look, setLook] = useState<Look>(FIRST);
  const locale = localeFor([look.language], ZONE);

  useEffect(() => {
    const { documentElement: root } = document;
    root.lang = locale.tag;
    root.dir = locale.direction;
    root.style.colorScheme = look.theme;
    root.style.fontSize = look.size;
  }, [locale.tag, locale.direction, look.theme, look.size]);

  const choose = (name: keyof Look) => (value: string) => setLook({ ...look, [name]: value });
  return (
    <LocaleProvider value={locale}>
      <header className="gallery-head" lang="en-GB" dir="ltr">
        <h1>Screens of the rewards club</h1>
        <Switch name="Language" value={look.language} values={LOCALES} onChoose={choose('language')} />
        <Switch name="Theme" value={look.theme} values={['light', 'dark']} onChoose={choose('theme')} />
        <Switch name="Text" value={look.size} values={['100%', '200%']} onChoose={choose('size')} />
        <Switch name="Details" value={look.open} values={['some', 'none', 'all']} onChoose={choose('open')} />
      </header>
      <main className="gallery">
        {SCREENS.filter(({ id }) => only === null || only.split(',').includes(id)).map((screen) => (
          <Shown key={`${screen.id}-${look.open}`} screen={screen} open={isOpen(screen, look.open)} />
        ))}
      </main>
    </LocaleProvider>
  );
}

function isOpen(screen: Screen, wanted: string): boolean {
  return wanted === 'all' || (wanted === 'some' && screen.open);
}

function Shown({ screen, open }: { readonly screen: Screen; readonly open: boolean }): ReactNode {
  return (
    <figure className="gallery-screen" data-screen={screen.id}>
      <figcaption lang="en-GB" dir="ltr">
        <code>{screen.id}</code> {screen.says}
      </figcaption>
      <TrackerCard
        ask={screen.ask}
        session={screen.session}
        tracker={screen.tracker}
        notice={screen.notice}
        preview={screen.preview}
        startsOpen={open}
        onChange={ignore}
      />
    </figure>
  );
}

/** Nothing can be changed here. */
function ignore(): void {
  return undefined;
}

interface SwitchProps {
  readonly name: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly onChoose: (value: string) => void;
}

function Switch({ name, value, values, onChoose }: SwitchProps) {
  return (
    <label>
      {name}{' '}
      <select data-testid={`look-${name.toLowerCase()}`} value={value} onChange={(event) => onChoose(event.target.value)}>
        {values.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}
