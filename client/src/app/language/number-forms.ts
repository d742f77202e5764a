import { Injectable } from '@angular/core';
import { DefaultTranspiler, type TranspileParams } from '@jsverse/transloco';

const FORMS = /\(([^()|]*)\|([^()|]*)\)/g;

/** Fills the gaps of a phrase. What differs for one and for several is written `(asset|assets)`: the gap `count` decides. */
@Injectable()
export class NumberForms extends DefaultTranspiler {
  override transpile({ value, params, ...rest }: TranspileParams): unknown {
    const isOne = params?.['count'] === 1;
    const chosen =
      typeof value === 'string' && params && 'count' in params
        ? value.replace(FORMS, (_, one: string, several: string) => (isOne ? one : several))
        : value;
    return super.transpile({ value: chosen, ...(params && { params }), ...rest });
  }
}
