import { provideHttpClient, withInterceptors, withXhr } from '@angular/common/http';
import {
  type ApplicationConfig,
  inject,
  provideAppInitializer,
  provideBrowserGlobalErrorListeners,
} from '@angular/core';
import { provideRouter, withComponentInputBinding, withInMemoryScrolling } from '@angular/router';
import { provideTransloco, provideTranslocoTranspiler } from '@jsverse/transloco';
import { provideNzNativeDateAdapter } from 'ng-zorro-antd/core/time';
import { provideNzIcons } from 'ng-zorro-antd/icon';
import { Account } from './account/account';
import { sentByConsole } from './account/sent-by-console';
import { provideApiConfiguration } from './api/api-configuration';
import { routes } from './app.routes';
import { ICONS } from './icons';
import { LANGUAGES, Language, LanguageFiles } from './language/language';
import { NumberForms } from './language/number-forms';
import { Theme } from './theme/theme';

/** Everything that the whole console shares. */
export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideRouter(
      routes,
      withComponentInputBinding(),
      withInMemoryScrolling({ scrollPositionRestoration: 'enabled' }),
    ),
    // fetch tells nothing of an upload's progress
    provideHttpClient(withXhr(), withInterceptors([sentByConsole])),
    provideTransloco({
      config: {
        availableLangs: [...LANGUAGES],
        defaultLang: 'en',
        reRenderOnLangChange: true,
        prodMode: true,
      },
      loader: LanguageFiles,
    }),
    provideTranslocoTranspiler(NumberForms),
    provideNzNativeDateAdapter(),
    provideApiConfiguration(new URL('.', document.baseURI).pathname.replace(/\/$/, '')),
    provideNzIcons(ICONS),
    provideAppInitializer(async () => {
      inject(Theme);
      const language = inject(Language);
      const account = inject(Account);
      await Promise.all([language.start(), account.recall()]);
    }),
  ],
};
