import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Told } from '#libs/contracts';

/** Something that a gateway tells of its work on an asset. */
export class ToldView implements Told {
  @ApiProperty({ description: 'For the person, in English' })
  message!: string;

  @ApiProperty({
    type: String,
    required: false,
    description: 'Stable, to show it in another language; where there is none, the message stands for itself',
    example: 'connection-refused',
  })
  code?: string | undefined;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'What stands in the gaps of the sentence',
    example: { asset: 'web-01' },
  })
  params?: Record<string, string> | undefined;
}
