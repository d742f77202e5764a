/** Something that can be picked. */
export interface Choice {
  readonly id: string;
  readonly name: string;
  /** A second line of help, such as an address. */
  readonly note?: string;
}

/** Where a picker's choices come from. */
export interface ChoiceSource {
  /** The first ones that match. */
  find(q: string): Promise<readonly Choice[]>;
  /** One by its id: its name is shown before anything was searched. */
  get(id: string): Promise<Choice>;
}
