import { DOCUMENT, Service, inject, signal } from '@angular/core';
import { type Translation, type TranslocoLoader, TranslocoService } from '@jsverse/transloco';
import { NzDateAdapter } from 'ng-zorro-antd/core/time';
import { NzI18nService, en_US, zh_CN } from 'ng-zorro-antd/i18n';
import { firstValueFrom } from 'rxjs';
import { readStored, writeStored } from '../account/stored';

/** Languages of the console, as BCP 47 tags. */
export const LANGUAGES = ['zh-CN', 'en'] as const;
export type LanguageName = (typeof LANGUAGES)[number];

const STORAGE_KEY = 'gatehouse.language';

/** Each language is a lazy chunk with a hash in its name, so a new release never meets an old file. */
export class LanguageFiles implements TranslocoLoader {
  async getTranslation(name: string): Promise<Translation> {
    const file = name === 'zh-CN' ? await import('./zh-CN.json') : await import('./en.json');
    return file.default;
  }
}

/** The language shown: the user's own setting, else what this browser kept, else what the browser asks for. */
@Service()
export class Language {
  private readonly transloco = inject(TranslocoService);
  private readonly zorro = inject(NzI18nService);
  private readonly dates = inject<NzDateAdapter<Date, string>>(NzDateAdapter);
  private readonly document = inject(DOCUMENT);
  private readonly name = signal<LanguageName>('en');

  /** The language on the screen now. */
  readonly shown = this.name.asReadonly();

  /** Loads the language for the first page. */
  start(): Promise<void> {
    return this.show(parseLanguage(readStored(STORAGE_KEY) ?? navigator.language));
  }

  /** Shows the language and keeps it on this browser. */
  async choose(name: LanguageName): Promise<void> {
    writeStored(STORAGE_KEY, name);
    await this.show(name);
  }

  /** Shows the language of somebody's profile; null or an unknown one changes nothing. */
  async follow(profile: string | null | undefined): Promise<void> {
    const name = LANGUAGES.find((known) => known === profile);
    if (name) await this.choose(name);
  }

  private async show(name: LanguageName): Promise<void> {
    await firstValueFrom(this.transloco.load(name));
    this.transloco.setActiveLang(name);
    this.zorro.setLocale(name === 'zh-CN' ? zh_CN : en_US);
    // Plain English has its weeks begin on Sunday.
    this.dates.setLocale(name === 'en' ? 'en-GB' : name);
    this.document.documentElement.lang = name;
    this.name.set(name);
  }
}

function parseLanguage(tag: string): LanguageName {
  return tag.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}
