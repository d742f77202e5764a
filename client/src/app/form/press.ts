import { DOCUMENT, Injectable, type Signal, inject, linkedSignal, signal } from '@angular/core';

/**
 * Whether a button of the mouse is held. Pressing takes the focus from a field, whose error would appear at once
 * and move what lies below it away from under the pointer: the click would reach nothing. {@link injectSteady} waits.
 */
@Injectable({ providedIn: 'root' })
export class Press {
  private readonly down = signal(false);
  readonly held = this.down.asReadonly();

  constructor() {
    const document = inject(DOCUMENT);
    const afterClick = (): unknown => setTimeout(() => this.down.set(false));
    document.addEventListener('pointerdown', () => this.down.set(true), { capture: true });
    document.addEventListener('pointerup', afterClick, { capture: true });
    document.addEventListener('pointercancel', afterClick, { capture: true });
    document.addEventListener('dragend', afterClick, { capture: true });
  }
}

/** The same value, but what it was while a button of the mouse is held. */
export function injectSteady<Value>(value: () => Value): Signal<Value> {
  const { held } = inject(Press);
  return linkedSignal<{ now: Value; isHeld: boolean }, Value>({
    source: () => ({ now: value(), isHeld: held() }),
    computation: ({ now, isHeld }, before) => (isHeld && before ? before.value : now),
  }).asReadonly();
}
