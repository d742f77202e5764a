import { Param, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { isUuid, NotFound } from '#libs/kernel';

/** What is no UUID names nothing: 404, as for an id that isn't there. */
class ExistingIdPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!isUuid(value)) throw new NotFound('object');
    return value.toLowerCase();
  }
}

/** Path parameter that is an id: `@IdParam() id: UserId`. */
export function IdParam(name = 'id'): ParameterDecorator {
  return (target, handler, index) => {
    Param(name, new ExistingIdPipe())(target, handler, index);
    if (handler === undefined) return;
    const described = ApiParam({ name, schema: { type: 'string', format: 'uuid' } });
    described(target, handler, Object.getOwnPropertyDescriptor(target, handler) ?? {});
  };
}
