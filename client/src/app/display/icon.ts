import { Component, input } from '@angular/core';
import { NzIconDirective } from 'ng-zorro-antd/icon';

/** An icon beside a word or inside a labelled button: decoration, which screen readers pass over. */
@Component({
  selector: 'gh-icon',
  imports: [NzIconDirective],
  template: `<nz-icon [nzType]="name()" [nzTheme]="filled() ? 'fill' : 'outline'" />`,
  styles: `
    :host {
      display: inline-flex;
      vertical-align: -0.125em;
    }
  `,
  host: { 'aria-hidden': 'true' },
})
export class Icon {
  /** Name of one of the icons in icons.ts. */
  readonly name = input.required<string>();
  readonly filled = input(false);
}
