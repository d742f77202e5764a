import { DOCUMENT, Directive, ElementRef, afterEveryRender, inject } from '@angular/core';

const STOPS = 'a[href], button, input, select, textarea, [tabindex]';

/**
 * Keys go on here when what has the focus goes away, as a row does that was deleted: at what stood after it, or else
 * before it; at itself when it now stands elsewhere. Without that browsers leave the focus to nothing.
 */
@Directive({
  host: {
    '(document:focusin)': 'note($event.target)',
    // who points needs no such help
    '(document:pointerdown)': 'forget()',
  },
})
export class KeysGoOn {
  private readonly document = inject(DOCUMENT);
  private readonly place: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  /** What has the focus here, or had it before a dialog took it. */
  private last: HTMLElement | null = null;
  /** What could have it, in the order in which it stood when `last` got it. */
  private stops: readonly HTMLElement[] = [];

  constructor() {
    const goOn = (): void => {
      if (this.last && !this.last.isConnected && this.document.activeElement === this.document.body)
        this.goOn(this.last);
    };
    // the last phase: a part that knows better where its keys go on has sent them there by now
    afterEveryRender({ read: goOn });
  }

  protected note(target: EventTarget | null): void {
    if (!(target instanceof HTMLElement)) return;
    if (this.place.contains(target)) {
      this.last = target;
      this.stops = [...this.place.querySelectorAll<HTMLElement>(STOPS)];
    } else if (!target.closest('dialog, [role=dialog]')) this.forget();
  }

  protected forget(): void {
    this.last = null;
    this.stops = [];
  }

  private goOn(from: HTMLElement): void {
    const at = this.stops.indexOf(from);
    const near = this.stops.slice(at + 1).find(takesFocus) ?? this.stops.slice(0, at).findLast(takesFocus);
    const next = this.elsewhere(from) ?? near;
    this.forget();
    next?.focus();
  }

  /** The one of the same name, as of a row that has moved to another list. */
  private elsewhere(from: HTMLElement): HTMLElement | undefined {
    const name = from.getAttribute('aria-label');
    if (!name) return undefined;
    const [first, ...more] = this.place.querySelectorAll<HTMLElement>(`[aria-label=${CSS.escape(name)}]`);
    return more.length === 0 ? first : undefined;
  }
}

function takesFocus(stop: HTMLElement): boolean {
  return stop.isConnected && stop.checkVisibility() && !stop.matches(':disabled');
}
