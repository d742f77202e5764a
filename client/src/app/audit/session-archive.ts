import { Service, inject } from '@angular/core';
import { SESSION_KINDS } from '#libs/contracts';
import { CONSOLE_HEADER } from '../account/sent-by-console';
import { Api } from '../api/api';
import { listSessionCommands } from '../api/fn/commands/list-session-commands';
import { getRecording } from '../api/fn/sessions/get-recording';
import { getSession } from '../api/fn/sessions/get-session';
import { type ExportSessions$Params, exportSessions } from '../api/fn/audit/export-sessions';
import { type ListSessions$Params, listSessions } from '../api/fn/sessions/list-sessions';
import { terminateSession } from '../api/fn/sessions/terminate-session';
import type { CommandPage } from '../api/models/command-page';
import type { SessionDetail } from '../api/models/session-detail';
import type { SessionPage } from '../api/models/session-page';
import { type ListQuery, oneOf, paging, wholeOf } from '../list/list-query';

const SORTS = ['startedAt'] as const;

/** Whether a session is under way. */
export const SESSION_STATES = ['online', 'ended'] as const;

/** Sessions under way and ended, and their recordings. */
@Service()
export class SessionArchive {
  private readonly api = inject(Api);

  /** A page of them; the query's filters `state`, `kind`, `from`, `to`, `userId`, `assetId`, `systemUserId` narrow it. */
  list(query: ListQuery): Promise<SessionPage> {
    return this.api.invoke(listSessions, { ...paging(query, SORTS), ...narrowedBy(query) });
  }

  /** The same of those under way only. */
  online(query: ListQuery): Promise<SessionPage> {
    return this.list({ ...query, filters: { ...query.filters, state: 'online' } });
  }

  /** All that such a list shows, as a file. */
  export(query: ListQuery, as: Pick<ExportSessions$Params, 'format' | 'language'>): Promise<Blob> {
    return this.api.invoke(exportSessions, { ...wholeOf(query, SORTS), ...narrowedBy(query), ...as });
  }

  get(id: string): Promise<SessionDetail> {
    return this.api.invoke(getSession, { id });
  }

  /** Has its gateway end the session. */
  terminate(id: string): Promise<void> {
    return this.api.invoke(terminateSession, { id });
  }

  /** Its commands in their order, the first 200. */
  commands(id: string): Promise<CommandPage> {
    return this.api.invoke(listSessionCommands, { id, pageSize: 200 });
  }

  /** The recording, an asciicast; of a session under way, what was recorded so far. */
  recording(id: string): Promise<Blob> {
    return this.api.invoke(getRecording, { id });
  }

  /** The same as it comes. */
  openRecording(id: string, stop: AbortSignal): Promise<Response> {
    const path = getRecording.PATH.replace('{id}', encodeURIComponent(id));
    return fetch(`${this.api.rootUrl}${path}`, { headers: CONSOLE_HEADER, signal: stop });
  }
}

function narrowedBy({ filters }: ListQuery): ListSessions$Params {
  const state = oneOf(SESSION_STATES, filters['state']);
  const { from, to, userId, assetId, systemUserId } = filters;
  const kind = oneOf(SESSION_KINDS, filters['kind']);
  return { state, kind, from, to, userId, assetId, systemUserId };
}
