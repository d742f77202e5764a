import { Directive, TemplateRef, inject, input } from '@angular/core';
import type { ListSource, Listed } from './list-source';

/** How a column's cells look: `<ng-template ghCell="name" [ghCellOf]="list" let-user>…`. */
@Directive({ selector: 'ng-template[ghCell]' })
export class ListCell<Row extends Listed> {
  readonly template = inject<TemplateRef<{ $implicit: Row }>>(TemplateRef);
  /** The column's id. */
  readonly ghCell = input.required<string>();
  /** Only tells the compiler what a row is. */
  readonly ghCellOf = input.required<ListSource<Row>>();

  static ngTemplateContextGuard<Row extends Listed>(
    _cell: ListCell<Row>,
    _context: unknown,
  ): _context is { $implicit: Row } {
    return true;
  }
}
