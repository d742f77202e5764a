import { Component, inject } from '@angular/core';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import { SCHEMES, TerminalSettings } from './terminal-settings';

/** The button and the panel with what a person chooses for all their terminals. */
@Component({
  selector: 'gh-terminal-settings-menu',
  imports: [Icon],
  template: `<button
      type="button"
      class="opener"
      popovertarget="terminal-settings"
      [attr.aria-label]="t('terminal.settings.heading')"
      [title]="t('terminal.settings.heading')"
    >
      <gh-icon name="setting" />
    </button>
    <div id="terminal-settings" popover [attr.aria-label]="t('terminal.settings.heading')" role="group">
      <div class="line">
        <span>{{ t('terminal.settings.size') }}</span>
        <button type="button" [attr.aria-label]="t('terminal.smaller')" (click)="settings.enlarge(-1)">
          {{ t('terminal.letter') }}−
        </button>
        <output>{{ settings.all().fontSize }}</output>
        <button type="button" [attr.aria-label]="t('terminal.bigger')" (click)="settings.enlarge(1)">
          {{ t('terminal.letter') }}+
        </button>
      </div>
      <label class="line">
        <span>{{ t('terminal.settings.font') }}</span>
        <input
          #font
          type="text"
          maxlength="80"
          spellcheck="false"
          [placeholder]="t('terminal.settings.usualFont')"
          [value]="settings.all().fontFamily"
          (change)="settings.choose({ fontFamily: font.value.trim() })"
        />
      </label>
      <label class="line">
        <span>{{ t('terminal.settings.colours') }}</span>
        <select #scheme (change)="settings.choose({ scheme: schemes[scheme.selectedIndex] ?? 'night' })">
          @for (each of schemes; track each) {
            <option [selected]="each === settings.scheme()">
              {{ t('terminal.settings.scheme.' + each) }}
            </option>
          }
        </select>
      </label>
      <label class="tick">
        <input
          type="checkbox"
          [checked]="settings.all().copyOnSelect"
          (change)="settings.choose({ copyOnSelect: !settings.all().copyOnSelect })"
        />
        {{ t('terminal.settings.copyOnSelect') }}
      </label>
      <p>{{ t('terminal.settings.keys') }}</p>
    </div>`,
  styleUrl: './settings-menu.css',
})
export class TerminalSettingsMenu {
  protected readonly settings = inject(TerminalSettings);
  protected readonly t = injectWords();
  protected readonly schemes = SCHEMES;
}
