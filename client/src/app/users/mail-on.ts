import { type Signal, computed, inject, resource } from '@angular/core';
import { Api } from '../api/api';
import { getLoginOptions } from '../api/fn/auth/get-login-options';

/** Whether mail leaves the product, and so can bring links; undefined: not known yet. Call it in an injection context. */
export function injectMailOn(): Signal<boolean | undefined> {
  const api = inject(Api);
  const options = resource({ loader: () => api.invoke(getLoginOptions) });
  return computed(() => (options.hasValue() ? options.value().forgottenPassword : undefined));
}
