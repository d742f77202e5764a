import { Service, computed, inject, signal } from '@angular/core';
import { Account } from '../account/account';
import { readStored, writeStored } from '../account/stored';
import { isRecord } from '../problem/problem';
import { CHARSETS, type Charset } from './charset';

/** Colours of the terminals: dark, light, or dark with strong contrast. Their values stand in tokens.less. */
export const SCHEMES = ['night', 'day', 'contrast'] as const;
export type Scheme = (typeof SCHEMES)[number];

/** How my assets stand at the left. */
const LIST_SHAPES = ['list', 'tree'] as const;

/** What a person chooses for all their terminals. */
export interface TerminalChoices {
  /** Pixels. */
  readonly fontSize: number;
  /** A typeface of this computer; empty: the console's own. */
  readonly fontFamily: string;
  readonly scheme: Scheme;
  /** Whether what is marked is copied at once. */
  readonly copyOnSelect: boolean;
  readonly listShape: (typeof LIST_SHAPES)[number];
  /** Character sets of the assets that don't speak UTF-8, by their ids. */
  readonly charsets: Readonly<Record<string, Charset>>;
}

const USUAL: TerminalChoices = {
  fontSize: 14,
  fontFamily: '',
  scheme: 'night',
  copyOnSelect: true,
  listShape: 'list',
  charsets: {},
};
const FONT_LIMITS = { min: 9, max: 28 };

/** The choices of the person at the terminals; kept on this browser for each user. */
@Service({ autoProvided: false })
export class TerminalSettings {
  private readonly storageKey = `gatehouse.terminal.${inject(Account).user()?.id ?? ''}`;
  private readonly chosen = signal(parse(readStored(this.storageKey)));

  readonly all = this.chosen.asReadonly();
  readonly scheme = computed(() => this.chosen().scheme);

  choose(changes: Partial<TerminalChoices>): void {
    this.chosen.update((before) => ({ ...before, ...changes }));
    writeStored(this.storageKey, JSON.stringify(this.chosen()));
  }

  /** What an asset speaks. */
  charsetOf(assetId: string): Charset {
    return this.chosen().charsets[assetId] ?? 'utf-8';
  }

  speak(assetId: string, charset: Charset): void {
    this.choose({ charsets: { ...this.chosen().charsets, [assetId]: charset } });
  }

  /** Bigger or smaller letters. */
  enlarge(by: number): void {
    this.choose({
      fontSize: Math.min(FONT_LIMITS.max, Math.max(FONT_LIMITS.min, this.chosen().fontSize + by)),
    });
  }
}

function parse(stored: string | null): TerminalChoices {
  let read: unknown;
  try {
    read = JSON.parse(stored ?? '{}');
  } catch {
    // Not ours: as if nothing had been chosen.
    return USUAL;
  }
  if (!isRecord(read)) return USUAL;
  const { fontSize, fontFamily, scheme, copyOnSelect, listShape, charsets } = read;
  return {
    fontSize:
      typeof fontSize === 'number' && fontSize >= FONT_LIMITS.min && fontSize <= FONT_LIMITS.max
        ? fontSize
        : USUAL.fontSize,
    fontFamily: typeof fontFamily === 'string' ? fontFamily : USUAL.fontFamily,
    scheme: SCHEMES.find((each) => each === scheme) ?? USUAL.scheme,
    copyOnSelect: typeof copyOnSelect === 'boolean' ? copyOnSelect : USUAL.copyOnSelect,
    listShape: LIST_SHAPES.find((each) => each === listShape) ?? USUAL.listShape,
    charsets: isRecord(charsets) ? knownCharsets(charsets) : USUAL.charsets,
  };
}

function knownCharsets(stored: Readonly<Record<string, unknown>>): Record<string, Charset> {
  const known: Record<string, Charset> = {};
  for (const [assetId, name] of Object.entries(stored)) {
    const charset = CHARSETS.find((each) => each === name);
    if (charset) known[assetId] = charset;
  }
  return known;
}
