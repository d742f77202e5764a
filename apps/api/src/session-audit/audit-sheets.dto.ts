import { IntersectionType, OmitType } from '@nestjs/swagger';
import { SheetFileQuery } from '../sheets/import.dto.js';
import { LoginAttemptListQuery, OperationListQuery } from './audit.dto.js';
import { CommandListQuery } from './command.dto.js';
import { FileTransferListQuery } from './file-transfer.dto.js';
import { SessionListQuery } from './session.dto.js';

const PAGES = ['page', 'pageSize', 'cursor'] as const;

/** Which sessions an export holds: those that a list with these filters shows, in its order. */
export class SessionExportQuery extends IntersectionType(OmitType(SessionListQuery, PAGES), SheetFileQuery) {}

/** Which commands an export holds. */
export class CommandExportQuery extends IntersectionType(OmitType(CommandListQuery, PAGES), SheetFileQuery) {}

/** Which file transfers an export holds. */
export class FileTransferExportQuery extends IntersectionType(
  OmitType(FileTransferListQuery, PAGES),
  SheetFileQuery,
) {}

/** Which logins an export holds. */
export class LoginAttemptExportQuery extends IntersectionType(
  OmitType(LoginAttemptListQuery, PAGES),
  SheetFileQuery,
) {}

/** Which operations an export holds. */
export class OperationExportQuery extends IntersectionType(
  OmitType(OperationListQuery, PAGES),
  SheetFileQuery,
) {}
