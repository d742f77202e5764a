import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiProduces } from '@nestjs/swagger';

/** Takes a file as the body, whatever its media type says: its bytes tell what it is. */
export function TakesSheet(): MethodDecorator {
  return applyDecorators(
    ApiConsumes('application/octet-stream'),
    ApiBody({ description: 'An .xlsx or .csv file', schema: { type: 'string', format: 'binary' } }),
  );
}

/** Answers with a file. */
export function GivesSheet(): MethodDecorator {
  return applyDecorators(
    ApiProduces('*/*'),
    ApiOkResponse({ schema: { type: 'string', format: 'binary' }, description: 'The file' }),
  );
}
