import { Component, computed, inject, input, resource } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Picker } from '../choice/picker';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import { FolderView } from './folder-view';
import { injectWayChoices, placeOf, wayId } from './my-ways';

/** Files of one of the own assets as one of its system users: the place and the folder stand in the address. */
@Component({
  selector: 'gh-files-page',
  imports: [FolderView, Icon, Picker, RouterLink],
  templateUrl: './files-page.html',
  styleUrl: './files-page.css',
})
export class FilesPage {
  private readonly router = inject(Router);
  protected readonly t = injectWords();
  protected readonly ways = injectWayChoices();

  private readonly some = resource({ loader: () => this.ways.find('') });
  protected readonly hasNone = computed(() => this.some.hasValue() && this.some.value().length === 0);

  readonly assetId = input<string>();
  readonly systemUserId = input<string>();
  readonly path = input<string>();

  protected readonly place = computed(() => {
    const [assetId, systemUserId] = [this.assetId(), this.systemUserId()];
    return assetId && systemUserId ? { assetId, systemUserId } : undefined;
  });
  protected readonly picked = computed(() => {
    const place = this.place();
    return place ? [wayId(place)] : [];
  });

  protected async choose(ids: readonly string[]): Promise<void> {
    const [id] = ids;
    await this.router.navigate([], { queryParams: id ? placeOf(id) : {} });
  }

  protected async go(path: string): Promise<void> {
    await this.router.navigate([], { queryParams: { path }, queryParamsHandling: 'merge' });
  }
}
