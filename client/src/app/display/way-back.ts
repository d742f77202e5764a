import { inject } from '@angular/core';
import { Router, type UrlTree } from '@angular/router';

/**
 * The page from which this one was opened, with its filters; `otherwise` where it was opened by its address. Call it
 * while the page is made.
 */
export function injectWayBack(otherwise: string): UrlTree {
  const router = inject(Router);
  const before = router.currentNavigation()?.previousNavigation;
  return before?.finalUrl ?? router.parseUrl(otherwise);
}
