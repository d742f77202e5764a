import type { Action } from '#libs/contracts';
import type { AssetId, RuleId, SystemUserId, UserId } from '#libs/kernel';

/** What one asks for: may this user do this on this asset as this system user? */
export interface AccessRequest {
  userId: UserId;
  assetId: AssetId;
  systemUserId: SystemUserId;
  action: Action;
  /** `host:port` that is to be reached from the asset; for the action `forward`. */
  destination?: string | undefined;
}

/** What a grant says; names are as they were when it was made. */
export interface GrantTerms {
  userId: UserId;
  username: string;
  /** Of their profile; null: as their client says. */
  language: string | null;
  assetId: AssetId;
  assetName: string;
  systemUserId: SystemUserId;
  systemUsername: string;
  /** The action that was asked for. */
  action: Action;
  /** What may be reached from the asset, for a grant to forward there. */
  destination?: string | undefined;
  /** All actions that the rules allow on this asset as this system user. */
  actions: ReadonlySet<Action>;
  /** The rules that allow it. */
  ruleIds: readonly RuleId[];
  /** When it must be asked for again at the latest; null: neither the user nor a rule in it has an end. */
  validUntil: Date | null;
}

/**
 * The proof that a user may now do something on an asset. Nothing opens an upstream without one, and only
 * {@link Authorizer} makes one: the class is exported as a type alone, and its private field keeps
 * an object that merely looks alike from passing for it.
 */
export class Grant {
  readonly #terms: Readonly<GrantTerms>;

  private constructor(terms: GrantTerms) {
    this.#terms = Object.freeze({ ...terms });
  }

  get terms(): Readonly<GrantTerms> {
    return this.#terms;
  }

  /** For the authorizer; not reachable from outside this lib. */
  static issue(terms: GrantTerms): Grant {
    return new Grant(terms);
  }
}

/** Why access is refused. */
export const REFUSAL_REASONS = [
  'user_inactive',
  'no_rule',
  'outside_period',
  'asset_inactive',
  'not_pushed',
  'action_not_allowed',
  'destination_not_allowed',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** What a refusal is about: with it whoever tells it can say it in another language. Empty where it isn't known. */
export interface RefusalSubject {
  /** Of their profile; null: as their client says. */
  language: string | null;
  assetName: string;
  systemUsername: string;
  action: Action;
  destination: string;
}

/** Why not, in English and by its stable reason. */
export interface Refusal {
  granted: false;
  reason: RefusalReason;
  message: string;
  about: RefusalSubject;
}

/** The answer of the authorizer. */
export type Decision = { granted: true; grant: Grant } | Refusal;
