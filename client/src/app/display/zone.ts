import { Service, signal } from '@angular/core';

/** The time zone in which times are shown. */
@Service()
export class Zone {
  /** IANA name of the person's own; undefined: the browser's. */
  readonly name = signal<string | undefined>(undefined);
}
