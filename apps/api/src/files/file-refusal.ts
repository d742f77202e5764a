import { DomainError, type FailureKind } from '#libs/kernel';

const KIND_OF: Readonly<Record<number, FailureKind>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  422: 'invalid',
  429: 'too-many',
};

/** What a gateway answered instead of doing it; its words are for the person. */
export class FileRefusal extends DomainError {
  readonly kind: FailureKind;

  constructor(
    status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.kind = KIND_OF[status] ?? 'unavailable';
  }
}
