/** One answer of a facet. */
export interface FacetOption {
  readonly value: string;
  /** Key of the language files. */
  readonly label: string;
}

/** A filter of a list, shown as a chip. */
export interface Facet {
  /** Address parameter. */
  readonly field: string;
  /** Key of its name. */
  readonly label: string;
  /** None: only a link sets it, and it shows while it is set. */
  readonly options: readonly FacetOption[];
}
