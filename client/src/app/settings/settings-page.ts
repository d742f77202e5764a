import { Component, type Resource, input, output } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';

/**
 * The frame of a settings page: heading, what it is about, the fields given inside, what couldn't be saved, save.
 * Fields show when the settings have come: what was typed before would be lost. Inside, `settingsAction` marks
 * further buttons beside the save button, and `settingsAfter` what stands below the form.
 */
@Component({
  selector: 'gh-settings-page',
  imports: [NzButtonComponent],
  templateUrl: './settings-page.html',
  styleUrl: './settings-page.css',
})
export class SettingsPage {
  readonly heading = input.required<string>();
  readonly help = input<string>('');
  /** The settings as they are stored. */
  readonly of = input.required<Resource<unknown>>();
  readonly problem = input<string | null>(null);
  readonly busy = input(false);
  readonly mayWrite = input(true);
  /** Somebody wants the form to be saved. */
  readonly save = output();

  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  protected submit(event: Event): void {
    event.preventDefault();
    this.save.emit();
  }
}
