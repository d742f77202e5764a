import { DOCUMENT, Service, inject } from '@angular/core';
import { isRecord } from '../problem/problem';
import type { TerminalTarget } from '../terminal/terminal-line';

const WINDOW_NAME = 'gatehouse-terminal';

/** The terminal workplace is a window of its own; every terminal that this person opens becomes a tab in it. */
@Service()
export class TerminalWindow {
  private readonly document = inject(DOCUMENT);

  /** Address of the workplace with that terminal. */
  address(target: TerminalTarget): string {
    const query = new URLSearchParams({ asset: target.assetId, systemUser: target.systemUserId });
    return new URL(`terminal?${query.toString()}`, this.document.baseURI).href;
  }

  /** Opens the terminal; must be called straight from a click or a key, else the browser blocks the window. */
  open(target: TerminalTarget): void {
    const address = this.address(target);
    const page = window.open('', WINDOW_NAME);
    if (!page) {
      location.assign(address);
      return;
    }
    if (page.location.pathname === new URL(address).pathname) {
      page.postMessage({ gatehouseTerminal: target }, location.origin);
      page.focus();
    } else {
      page.location.assign(address);
    }
  }
}

/** Reads a request of {@link TerminalWindow} to open one more terminal; null for any other message. */
export function readTerminalRequest(event: MessageEvent<unknown>): TerminalTarget | null {
  if (event.origin !== location.origin || !isRecord(event.data)) return null;
  const target = event.data['gatehouseTerminal'];
  if (!isRecord(target)) return null;
  const { assetId, systemUserId } = target;
  return typeof assetId === 'string' && typeof systemUserId === 'string' ? { assetId, systemUserId } : null;
}
