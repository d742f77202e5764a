import { inject } from '@angular/core';
import { type CanActivateFn, Router } from '@angular/router';
import { type Permission } from '#libs/contracts';
import { Account } from './account';

/** Lets in who is logged in and has no password to change and no second factor to set up first; sends the others where they can do that. */
export const loggedIn: CanActivateFn = (_route, state) => {
  const account = inject(Account);
  const router = inject(Router);
  const user = account.user();
  if (!user) return router.createUrlTree(['/login'], { queryParams: { next: state.url } });
  if (user.mustChangePassword) return router.createUrlTree(['/password']);
  return user.mustEnrol ? router.createUrlTree(['/second-factor']) : true;
};

/** Lets in who is logged in, even while a password has to be changed. */
export const atLeastKnown: CanActivateFn = () => {
  return inject(Account).user() ? true : inject(Router).createUrlTree(['/login']);
};

/** Lets in whose role has the permission; others land on their first page. */
export function may(permission: Permission): CanActivateFn {
  return () => (inject(Account).may(permission) ? true : inject(Router).createUrlTree(['/']));
}

/** Where people begin: who looks after the product with how it is used, everybody else with their assets. */
export function firstPage(): string {
  return inject(Account).may('audit.read') ? 'home' : 'my-assets';
}
