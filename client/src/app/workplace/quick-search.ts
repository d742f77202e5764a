import { type Signal, computed, inject, resource } from '@angular/core';
import type { Permission } from '#libs/contracts';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { listAssets } from '../api/fn/assets/list-assets';
import { listRules } from '../api/fn/authorization-rules/list-rules';
import { getSession } from '../api/fn/sessions/get-session';
import { listSessions } from '../api/fn/sessions/list-sessions';
import { listSystemUsers } from '../api/fn/system-users/list-system-users';
import { listUsers } from '../api/fn/users/list-users';
import type { SessionView } from '../api/models/session-view';
import { preciseTime } from '../display/time-words';
import { Zone } from '../display/zone';
import { injectWords } from '../language/words';
import { MENU } from '../shell/sections';
import type { TerminalTarget } from '../terminal/terminal-line';
import { Reachable, waysOf } from './reachable';

const WAYS = 12;
const OTHERS = 5;
/** A search without a hit looks at every session since then. */
const SESSIONS_SINCE_MS = 7 * 24 * 60 * 60_000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Something that was found, and where it leads: to a terminal or to a page. */
export interface Hit {
  readonly kind: 'way' | 'page' | 'asset' | 'user' | 'systemUser' | 'rule' | 'session';
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly target: TerminalTarget | string;
}

/** One kind of thing to look for on the server. */
interface Source {
  readonly needs: Permission;
  /** Whether it also answers before anything is typed. */
  readonly always?: boolean;
  readonly find: (q: string) => Promise<Hit[]>;
}

/** A search under way. */
export interface QuickSearch {
  /** What was found so far; what comes later stands below it, so that nothing moves under a finger on Enter. */
  readonly hits: Signal<readonly Hit[]>;
  /** Whether more may come. */
  readonly busy: Signal<boolean>;
  /** Why something could not be looked for; undefined: all was. */
  readonly failure: Signal<unknown>;
}

/**
 * Looks for everything that the person may see, each kind with a request of its own. The server decides what they may see. Call it in an injection context.
 * @param wanted what was typed; undefined: nothing is looked for
 */
export function injectQuickSearch(wanted: Signal<string | undefined>): QuickSearch {
  const account = inject(Account);
  const sources = injectSources().map(({ needs, always, find }) =>
    resource({
      params: () => {
        const q = wanted();
        return q !== undefined && (q || always) && account.may(needs) ? { q } : undefined;
      },
      loader: ({ params }) => find(params.q),
    }),
  );
  const pages = injectPages(wanted);
  const isLoading = (source: (typeof sources)[number]): boolean => source.status() === 'loading';
  const hitsOf = (source: (typeof sources)[number]): readonly Hit[] =>
    source.hasValue() ? source.value() : [];
  return {
    hits: computed(() => {
      const stop = sources.findIndex(isLoading);
      const settled = stop < 0 ? sources : sources.slice(0, stop);
      return settled.flatMap((source, at) => (at === 0 ? [...hitsOf(source), ...pages()] : hitsOf(source)));
    }),
    busy: computed(() => sources.some(isLoading)),
    failure: computed(() => sources.map((source) => source.error()).find((error) => error !== undefined)),
  };
}

/** Pages of the menu by their name in the language shown, those first that begin with what is wanted. */
function injectPages(wanted: Signal<string | undefined>): Signal<readonly Hit[]> {
  const account = inject(Account);
  const t = injectWords();
  return computed(() => {
    const q = wanted()?.toLowerCase();
    if (q === undefined) return [];
    return MENU.flatMap(({ label, pages }) =>
      pages
        .filter((page) => account.may(page.needs) && t(page.label).toLowerCase().includes(q))
        .map(({ path, label: name }): Hit => {
          return { kind: 'page', id: path, title: t(name), hint: t(label), target: path };
        }),
    ).toSorted((one, other) => rank(one, q) - rank(other, q));
  });
}

const rank = ({ title }: Hit, q: string): number => (title.toLowerCase().startsWith(q) ? 0 : 1);
const first = (q: string) => ({ q, page: 1, pageSize: OTHERS });

async function findSessions(api: Api, q: string): Promise<readonly SessionView[]> {
  if (UUID.test(q)) return [await api.invoke(getSession, { id: q })];
  const from = new Date(Date.now() - SESSIONS_SINCE_MS).toISOString();
  return (await api.invoke(listSessions, { ...first(q), from })).items;
}

/** The first are the ways to log in. */
function injectSources(): readonly Source[] {
  const api = inject(Api);
  const reachable = inject(Reachable);
  const zone = inject(Zone);
  const ways = async (q: string): Promise<Hit[]> => {
    const page = { page: 1, pageSize: WAYS, sort: '-lastUsed' } as const;
    const { items } = await reachable.list({ ...(q && { q }), ...page });
    return waysOf(items)
      .slice(0, WAYS)
      .map(({ target, title, address }) => {
        return { kind: 'way', id: target.assetId + target.systemUserId, title, hint: address, target };
      });
  };
  return [
    { needs: 'own.use', always: true, find: ways },
    {
      needs: 'inventory.read',
      find: async (q) =>
        (await api.invoke(listAssets, first(q))).items.map(({ id, name, address }) => {
          return { kind: 'asset', id, title: name, hint: address, target: `/assets/${id}` };
        }),
    },
    {
      needs: 'members.read',
      find: async (q) =>
        (await api.invoke(listUsers, first(q))).items.map(({ id, username, name }) => {
          return { kind: 'user', id, title: username, hint: name, target: `/users/${id}` };
        }),
    },
    {
      needs: 'system-users.read',
      find: async (q) =>
        (await api.invoke(listSystemUsers, first(q))).items.map(({ id, username, comment }) => {
          return { kind: 'systemUser', id, title: username, hint: comment, target: `/system-users/${id}` };
        }),
    },
    {
      needs: 'rules.read',
      find: async (q) =>
        (await api.invoke(listRules, first(q))).items.map(({ id, name, comment }) => {
          return { kind: 'rule', id, title: name, hint: comment, target: `/rules/${id}` };
        }),
    },
    {
      needs: 'audit.read',
      find: async (q) => (await findSessions(api, q)).map((session) => sessionHit(session, zone.name())),
    },
  ];
}

/** Sessions of one user on one asset differ by their time only. */
function sessionHit(session: SessionView, timeZone: string | undefined): Hit {
  const { id, username, systemUsername, assetName, sourceAddress, startedAt, endedAt } = session;
  const title = `${username}: ${systemUsername}@${assetName}`;
  const hint = `${preciseTime(new Date(startedAt), timeZone)} · ${sourceAddress}`;
  const target = `/audit/${endedAt === null ? 'online' : 'history'}/${id}`;
  return { kind: 'session', id, title, hint, target };
}
