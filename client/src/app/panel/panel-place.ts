import { inject } from '@angular/core';
import { ActivatedRoute, Router } from '@angular/router';

/** Ways out of a side panel. Its list's search and filters stay as they are. */
export interface PanelPlace {
  /** Back to the list alone. */
  close(): Promise<boolean>;
  /** To another panel of the same list: `open(id)`, `open(id, 'edit')`. */
  open(...path: string[]): Promise<boolean>;
}

/** Gives the {@link PanelPlace} of a panel whose route stands directly below its list's route. */
export function injectPanelPlace(): PanelPlace {
  const router = inject(Router);
  const route = inject(ActivatedRoute);
  const go = (path: string[]): Promise<boolean> =>
    router.navigate(path, { relativeTo: route.parent, queryParamsHandling: 'preserve' });
  return { close: () => go(['.']), open: (...path) => go(path) };
}
