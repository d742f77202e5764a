/** One answer of a facet. `label` is a key of the language files, `name` a name that is shown as it is. */
export type FacetOption =
  { readonly value: string; readonly label: string } | { readonly value: string; readonly name: string };

/** A filter of a list, shown as a chip. */
export interface Facet {
  /** Address parameter. */
  readonly field: string;
  /** Key of its name. */
  readonly label: string;
  readonly options: readonly FacetOption[];
}
