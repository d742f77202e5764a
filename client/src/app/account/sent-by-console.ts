import type { HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { Router } from '@angular/router';
import { tap } from 'rxjs';
import { readProblem } from '../problem/problem';
import { Account } from './account';

/** Marks a request as the console's own: a cross-site form can't set it. */
export const CONSOLE_HEADER = { 'X-Gatehouse-Client': 'console' };

/**
 * Marks every request as the console's own, and follows what an
 * answer says about the login: none any more → log in; password to be changed or second factor to be set up first →
 * that page.
 */
export const sentByConsole: HttpInterceptorFn = (request, next) => {
  const account = inject(Account);
  const router = inject(Router);
  return next(request.clone({ setHeaders: CONSOLE_HEADER })).pipe(
    tap({
      error: (error: unknown) => {
        const problem = readProblem(error);
        if (problem.status === 401 && account.user()) {
          account.forget();
          void router.navigate(['/login'], { queryParams: { next: router.url } });
        }
        if (problem.status === 403 && problem.code === 'password_change_required') {
          void router.navigateByUrl('/password');
        }
        if (problem.status === 403 && problem.code === 'second_factor_required') {
          void router.navigateByUrl('/second-factor');
        }
      },
    }),
  );
};
