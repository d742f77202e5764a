/** A part of the workplace that keys can go to. */
export type WorkplacePart = keyof typeof PLACES;

/** Of the panes only the one that has the keys. In the order in which they stand in the page. */
const PLACES = {
  list: 'gh-terminal-list',
  bar: 'section > .bar',
  tools: 'gh-terminal-pane.typing .tools',
  terminal: 'gh-terminal-pane.typing .screen',
  line: 'gh-terminal-pane.typing footer',
  split: 'gh-split-grip',
  files: 'aside',
} as const;

/** Where a part begins; of a row of tabs it is the one in front. */
const BEGINNING = 'input, [role=tab][tabindex="0"], button:not([role=presentation] *), textarea, select';

/** Gives the focus to a part; whether it is there. */
export function enterPart(page: HTMLElement, part: WorkplacePart): boolean {
  const place = page.querySelector<HTMLElement>(PLACES[part]);
  if (place) begin(place);
  return place !== null;
}

/** Gives the focus to the part after the one that has it: a terminal keeps Tab for its asset. */
export function enterNextPart(page: HTMLElement): void {
  const places = [...page.querySelectorAll<HTMLElement>(Object.values(PLACES).join())];
  const at = places.findIndex((place) => place.contains(page.ownerDocument.activeElement));
  const next = places[(at + 1) % places.length];
  if (next) begin(next);
}

function begin(place: HTMLElement): void {
  const first = place.matches('[tabindex="0"]') ? place : place.querySelector<HTMLElement>(BEGINNING);
  first?.focus();
}
