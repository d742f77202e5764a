/** Something that the keyboard does in the workplace, whichever pane has the focus. */
export type WorkplaceAct =
  | 'next-tab'
  | 'previous-tab'
  | 'next-pane'
  | 'previous-pane'
  | 'next-part'
  | 'split-right'
  | 'split-down'
  | 'together';

/** All with Ctrl and Shift: no terminal program gets those. */
const KEYS: Readonly<Record<string, WorkplaceAct>> = {
  ArrowRight: 'next-tab',
  ArrowLeft: 'previous-tab',
  ArrowDown: 'next-pane',
  ArrowUp: 'previous-pane',
  KeyL: 'next-part',
  KeyE: 'split-right',
  KeyO: 'split-down',
  KeyB: 'together',
};

/** What the key does; undefined: it isn't the workplace's. */
export function workplaceAct(event: KeyboardEvent): WorkplaceAct | undefined {
  return event.ctrlKey && event.shiftKey && !event.altKey && !event.metaKey ? KEYS[event.code] : undefined;
}

/** Whether the terminal has to leave the key to the workplace. */
export function isWorkplaceKey(event: KeyboardEvent): boolean {
  return workplaceAct(event) !== undefined;
}
