/** How the panes of one tab share its room: one pane, or two parts beside or above each other. */
export type PaneLayout = number | PaneSplit;

/** Two parts; `share` of the room, between 0 and 1, is the first one's. */
export interface PaneSplit {
  readonly id: number;
  readonly direction: SplitDirection;
  readonly share: number;
  readonly first: PaneLayout;
  readonly second: PaneLayout;
}

/** `right`: the second part stands beside the first; `down`: below it. */
export type SplitDirection = 'right' | 'down';

/** A place in the tab, in percent of its width and height. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The bar between the two parts of a split; `whole` is the room of both. */
export interface SplitBar {
  readonly split: PaneSplit;
  readonly whole: Box;
  readonly left: number;
  readonly top: number;
}

const WHOLE: Box = { left: 0, top: 0, width: 100, height: 100 };
const SMALLEST_SHARE = 0.1;

/** Puts `added` beside or below the pane `at`, half the room each. Panes' keys and splits' ids are never used twice. */
export function splitPane(
  layout: PaneLayout,
  at: number,
  added: number,
  direction: SplitDirection,
): PaneLayout {
  if (typeof layout === 'number') {
    return layout === at ? { id: added, direction, share: 0.5, first: layout, second: added } : layout;
  }
  return {
    ...layout,
    first: splitPane(layout.first, at, added, direction),
    second: splitPane(layout.second, at, added, direction),
  };
}

/** Without that pane, whose neighbour takes its room; null: nothing is left. */
export function withoutPane(layout: PaneLayout, key: number): PaneLayout | null {
  if (typeof layout === 'number') return layout === key ? null : layout;
  const [first, second] = [withoutPane(layout.first, key), withoutPane(layout.second, key)];
  if (first === null || second === null) return first ?? second;
  return { ...layout, first, second };
}

/** With another share for the first part of a split; neither part vanishes. */
export function withShare(layout: PaneLayout, id: number, share: number): PaneLayout {
  if (typeof layout === 'number') return layout;
  if (layout.id === id)
    return { ...layout, share: Math.min(1 - SMALLEST_SHARE, Math.max(SMALLEST_SHARE, share)) };
  return {
    ...layout,
    first: withShare(layout.first, id, share),
    second: withShare(layout.second, id, share),
  };
}

/** The panes, from the upper left on. */
export function panesOf(layout: PaneLayout): readonly number[] {
  return typeof layout === 'number' ? [layout] : [...panesOf(layout.first), ...panesOf(layout.second)];
}

/** Where each pane stands, by its key. */
export function boxesOf(layout: PaneLayout, box: Box = WHOLE): ReadonlyMap<number, Box> {
  if (typeof layout === 'number') return new Map([[layout, box]]);
  const [first, second] = partsOf(layout, box);
  return new Map([...boxesOf(layout.first, first), ...boxesOf(layout.second, second)]);
}

/** The bars between the parts. */
export function barsOf(layout: PaneLayout, whole: Box = WHOLE): readonly SplitBar[] {
  if (typeof layout === 'number') return [];
  const [first, second] = partsOf(layout, whole);
  const bar = { split: layout, whole, left: second.left, top: second.top };
  return [bar, ...barsOf(layout.first, first), ...barsOf(layout.second, second)];
}

function partsOf({ direction, share }: PaneSplit, box: Box): [Box, Box] {
  if (direction === 'right') {
    const width = box.width * share;
    return [
      { ...box, width },
      { ...box, left: box.left + width, width: box.width - width },
    ];
  }
  const height = box.height * share;
  return [
    { ...box, height },
    { ...box, top: box.top + height, height: box.height - height },
  ];
}
