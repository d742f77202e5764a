import { Component, booleanAttribute, input } from '@angular/core';
import { ProfileMenu } from '../shell/profile-menu';

/** The frame of a page outside of the menu: what it is for, and in the corner language and theme. */
@Component({
  selector: 'gh-gate-page',
  imports: [ProfileMenu],
  template: `
    <div class="corner"><gh-profile-menu /></div>
    <main [class.wide]="wide()">
      <img src="gatehouse.svg" alt="" width="40" height="40" />
      <h1>{{ heading() }}</h1>
      @if (lead()) {
        <p class="lead">{{ lead() }}</p>
      }
      <ng-content />
    </main>
  `,
  styleUrl: './gate-page.css',
})
export class GatePage {
  readonly heading = input.required<string>();
  /** A sentence under the heading. */
  readonly lead = input('');
  readonly wide = input(false, { transform: booleanAttribute });
}
