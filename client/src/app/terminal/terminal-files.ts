import { Component, input, linkedSignal, output } from '@angular/core';
import { Icon } from '../display/icon';
import { FolderView } from '../files/folder-view';
import { injectWords } from '../language/words';
import type { OpenPane } from './terminal-tabs';

/** The files of a terminal's asset, at the right of the terminals. */
@Component({
  selector: 'gh-terminal-files',
  imports: [FolderView, Icon],
  template: `<aside [attr.aria-label]="t('terminal.files.heading', { place: pane().title })">
    <div class="files-bar">
      <strong>{{ t('terminal.files.heading', { place: pane().title }) }}</strong>
      <button
        type="button"
        [attr.aria-label]="t('terminal.files.hide')"
        [title]="t('terminal.files.hide')"
        (click)="hidden.emit()"
      >
        <gh-icon name="close" />
      </button>
    </div>
    <gh-folder-view [place]="pane().target" [path]="folder()" (went)="folder.set($event)" />
  </aside>`,
  styleUrl: './terminal-files.css',
})
export class TerminalFiles {
  readonly pane = input.required<OpenPane>();
  readonly hidden = output();
  protected readonly t = injectWords();

  /** The folder shown; undefined: where a login begins. */
  protected readonly folder = linkedSignal<unknown, string | undefined>({
    source: () => this.pane().target,
    computation: () => undefined,
  });
}
