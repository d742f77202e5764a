import { DOCUMENT, Service, inject } from '@angular/core';

/** The only way to the clipboard where a page was not loaded over HTTPS. */
interface SelectionCopier {
  execCommand(command: 'copy'): boolean;
}

/** Puts text on the clipboard, also on a plain-HTTP address where the browser's own clipboard API is missing. */
@Service()
export class Clipboard {
  private readonly document = inject(DOCUMENT);

  /** Whether the text was copied. */
  async copy(text: string): Promise<boolean> {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // No permission, or not a secure context (navigator.clipboard is then undefined).
      return this.copyBySelection(text);
    }
  }

  private copyBySelection(text: string): boolean {
    const area = this.document.createElement('textarea');
    area.value = text;
    area.style.position = 'fixed';
    area.style.opacity = '0';
    this.document.body.append(area);
    area.select();
    const copier: SelectionCopier = this.document;
    const copied = copier.execCommand('copy');
    area.remove();
    return copied;
  }
}
