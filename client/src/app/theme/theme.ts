import { DOCUMENT, Service, computed, effect, inject, signal } from '@angular/core';
import { readStored, writeStored } from '../account/stored';

/** What a person chose: a theme, or to follow their system. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'gatehouse.theme';

/** The theme that is shown. `public/theme.js` sets the first one before the first paint; this changes it. */
@Service()
export class Theme {
  private readonly document = inject(DOCUMENT);
  private readonly systemDark = signal(false);

  /** What the person chose; kept on this browser. */
  readonly choice = signal<ThemeChoice>(parseChoice(readStored(STORAGE_KEY)));

  /** That of a page with colours of its own, while it is open; null: the choice counts. */
  readonly ofPage = signal<'light' | 'dark' | null>(null);

  /** The theme on the screen now. */
  readonly shown = computed(() => {
    const ofPage = this.ofPage();
    if (ofPage) return ofPage;
    const choice = this.choice();
    if (choice !== 'system') return choice;
    return this.systemDark() ? 'dark' : 'light';
  });

  constructor() {
    const system = matchMedia('(prefers-color-scheme: dark)');
    this.systemDark.set(system.matches);
    system.addEventListener('change', (event) => this.systemDark.set(event.matches));
    effect(() => this.show(this.shown()));
  }

  /** Takes the choice and keeps it on this browser. */
  choose(choice: ThemeChoice): void {
    writeStored(STORAGE_KEY, choice === 'system' ? null : choice);
    this.choice.set(choice);
  }

  private show(name: 'light' | 'dark'): void {
    const root = this.document.documentElement;
    if (root.dataset['theme'] === name) return;
    const previous = this.document.getElementById('theme');
    const next = this.document.createElement('link');
    next.rel = 'stylesheet';
    next.href = `theme-${name}.css`;
    // The old sheet stays until the new one is there: the page is never bare.
    next.addEventListener('load', () => {
      previous?.remove();
      next.id = 'theme';
      root.style.colorScheme = name;
      root.dataset['theme'] = name;
    });
    // In its place: our own styles come after it and win.
    if (previous) previous.after(next);
    else this.document.head.append(next);
  }
}

/** Resolves when the first theme's style sheet is there, or has failed to come. */
export function firstThemeLoaded(document: Document): Promise<void> {
  const link = document.getElementById('theme');
  if (!(link instanceof HTMLLinkElement) || link.sheet) return Promise.resolve();
  return new Promise((resolve) => {
    link.addEventListener('load', () => resolve());
    link.addEventListener('error', () => resolve());
  });
}

function parseChoice(stored: string | null): ThemeChoice {
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}
