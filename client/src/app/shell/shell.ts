import {
  Component,
  type ElementRef,
  Injector,
  afterNextRender,
  computed,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { Icon } from '../display/icon';
import { Account } from '../account/account';
import { readStored, writeStored } from '../account/stored';
import { RunningJobs } from '../jobs/running-jobs';
import { injectWords } from '../language/words';
import { QuickConnect } from '../workplace/quick-connect';
import { ProfileMenu } from './profile-menu';
import { MENU } from './sections';

const NARROW_KEY = 'gatehouse.menu.narrow';

/** What stands around every page: menu at the left, quick connect and the person's own settings above. */
@Component({
  selector: 'gh-shell',
  imports: [Icon, ProfileMenu, QuickConnect, RouterLink, RunningJobs, RouterLinkActive, RouterOutlet],
  templateUrl: './shell.html',
  styleUrl: './shell.css',
  host: { '[class.narrow]': 'narrow()' },
})
export class Shell {
  private readonly account = inject(Account);
  protected readonly t = injectWords();
  protected readonly narrow = signal(readStored(NARROW_KEY) === 'yes');
  protected readonly sections = computed(() =>
    MENU.map((section) => ({
      ...section,
      pages: section.pages.filter((page) => this.account.may(page.needs)),
    })).filter((section) => section.pages.length > 0),
  );

  private readonly injector = inject(Injector);
  private readonly page = viewChild.required<ElementRef<HTMLElement>>('page');
  private path = '';

  constructor() {
    inject(Router)
      .events.pipe(takeUntilDestroyed())
      .subscribe((event) => {
        if (event instanceof NavigationEnd) this.follow(event);
      });
  }

  /** What had the focus has gone with its page: keys go on in the one that came. The first page begins at its top. */
  private follow({ id, urlAfterRedirects }: NavigationEnd): void {
    const [path = ''] = urlAfterRedirects.split('?');
    if (path === this.path) return;
    this.path = path;
    if (id === 1) return;
    const enter = (): void => {
      if (document.activeElement === document.body) this.page().nativeElement.focus({ preventScroll: true });
    };
    afterNextRender(enter, { injector: this.injector });
  }

  /** On a low screen the menu scrolls: the page that is open is in sight there. */
  protected reveal(link: HTMLElement, isOpen: boolean): void {
    if (isOpen) link.scrollIntoView({ block: 'nearest' });
  }

  protected toggle(): void {
    this.narrow.update((narrow) => !narrow);
    writeStored(NARROW_KEY, this.narrow() ? 'yes' : null);
  }
}
