import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app/app';
import { appConfig } from './app/app.config';
import { firstThemeLoaded } from './app/theme/theme';

await firstThemeLoaded(document);
await bootstrapApplication(App, appConfig);
