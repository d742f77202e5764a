import { Component, input } from '@angular/core';
import { injectAssetChoices, injectSystemUserChoices, injectUserChoices } from '../choice/sources';
import { injectWords } from '../language/words';
import { ChoiceFilter } from '../list/choice-filter';
import type { ListSource, Listed } from '../list/list-source';

/** Whose doing an audit list shows, and on which asset. Who is deleted is found by the search. */
@Component({
  selector: 'gh-subject-filters',
  imports: [ChoiceFilter],
  template: `
    <gh-choice-filter field="userId" [list]="list()" [label]="t('sessions.user')" [source]="users" />
    <gh-choice-filter field="assetId" [list]="list()" [label]="t('sessions.asset')" [source]="assets" />
  `,
  styles: `
    :host {
      display: contents;
    }
  `,
})
export class SubjectFilters<Row extends Listed> {
  readonly list = input.required<ListSource<Row>>();

  protected readonly t = injectWords();
  protected readonly users = injectUserChoices();
  protected readonly assets = injectAssetChoices();
}

/** As which system user it was done. */
@Component({
  selector: 'gh-system-user-filter',
  imports: [ChoiceFilter],
  template: `
    <gh-choice-filter
      field="systemUserId"
      [list]="list()"
      [label]="t('sessions.systemUser')"
      [source]="systemUsers"
    />
  `,
  styles: `
    :host {
      display: contents;
    }
  `,
})
export class SystemUserFilter<Row extends Listed> {
  readonly list = input.required<ListSource<Row>>();

  protected readonly t = injectWords();
  protected readonly systemUsers = injectSystemUserChoices();
}
