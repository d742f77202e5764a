import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { ACTIONS } from '#libs/contracts';
import { preparedAs } from '#libs/database';
import { userCounts } from '#libs/identity';
import { asId, Gathered, type Clock, type RuleId } from '#libs/kernel';
import { decide, obstaclesTo, type AccessFacts } from './decide.js';
import type { AccessRequest, Decision, RefusalReason } from './grant.js';

/**
 * The facts of many requests in one statement. `above` walks from each asset up through its groups;
 * rules are found from the side of the system user, which names the fewest.
 */
const FACTS = preparedAs(
  'facts-of-requests',
  `
  WITH RECURSIVE asked AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
      WITH ORDINALITY AS t(user_id, asset_id, system_user_id, position)
  ), above AS (
    SELECT m.asset_id, m.group_id FROM asset_group_members m WHERE m.asset_id = ANY($2::uuid[])
    UNION
    SELECT a.asset_id, g.parent_id FROM above a JOIN asset_groups g ON g.id = a.group_id WHERE g.parent_id IS NOT NULL
  )
  SELECT u.username, u.language, coalesce(${userCounts('u', '$4')}, false) AS "userActive", u.valid_until AS "userValidUntil",
         a.name AS "assetName", coalesce(a.active, false) AS "assetActive",
         s.username AS "systemUsername", coalesce(p.succeeded, false) AS pushed,
         coalesce(matching.rules, '[]'::json) AS rules
  FROM asked
  LEFT JOIN users u ON u.id = asked.user_id
  LEFT JOIN assets a ON a.id = asked.asset_id
  LEFT JOIN system_users s ON s.id = asked.system_user_id
  LEFT JOIN push_records p ON p.system_user_id = asked.system_user_id AND p.asset_id = asked.asset_id
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('id', r.id, 'actions', r.actions,
                                      'forwardDestinations', r.forward_destinations,
                                      'validFrom', r.valid_from, 'validUntil', r.valid_until,
                                      'hours', CASE WHEN r.hours_minutes IS NOT NULL THEN json_build_object(
                                        'timeZone', r.hours_time_zone, 'minutes', r.hours_minutes::text) END)
                    ORDER BY r.id) AS rules
    FROM rule_system_users rs JOIN authorization_rules r ON r.id = rs.rule_id AND r.active
    WHERE rs.system_user_id = asked.system_user_id
      AND (EXISTS (SELECT FROM rule_users ru WHERE ru.rule_id = r.id AND ru.user_id = asked.user_id)
        OR EXISTS (SELECT FROM rule_user_groups rg JOIN user_group_members m ON m.group_id = rg.user_group_id
                   WHERE rg.rule_id = r.id AND m.user_id = asked.user_id))
      AND (EXISTS (SELECT FROM rule_assets ra WHERE ra.rule_id = r.id AND ra.asset_id = asked.asset_id)
        OR EXISTS (SELECT FROM rule_asset_groups rg JOIN above ON above.group_id = rg.asset_group_id
                   WHERE rg.rule_id = r.id AND above.asset_id = asked.asset_id))
  ) matching ON true
  ORDER BY asked.position`,
);

const moment = z.string().transform((text) => new Date(text));

const factRows = z.array(
  z.object({
    username: z.string().nullable(),
    language: z.string().nullable(),
    userActive: z.boolean(),
    userValidUntil: z.date().nullable(),
    assetName: z.string().nullable(),
    assetActive: z.boolean(),
    systemUsername: z.string().nullable(),
    pushed: z.boolean(),
    rules: z.array(
      z.object({
        id: z.string().transform(asId<RuleId>),
        actions: z.array(z.enum(ACTIONS)),
        forwardDestinations: z.array(z.string()),
        validFrom: moment.nullable(),
        validUntil: moment.nullable(),
        hours: z.object({ timeZone: z.string(), minutes: z.string() }).nullable(),
      }),
    ),
  }),
);

/** The one place that decides who may do what: for menu, direct login, web terminal, files and lists alike. */
export class Authorizer {
  private readonly gathered = new Gathered((requests: AccessRequest[]) => this.authorizeAll(requests));

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** A {@link Grant}, or the reason why not. One statement, which requests of the same moment share. */
  authorize(request: AccessRequest): Promise<Decision> {
    return this.gathered.ask(request);
  }

  /** The same for many requests, in their order, still one statement. */
  async authorizeAll(requests: AccessRequest[]): Promise<Decision[]> {
    const now = this.clock.now();
    return (await this.factsOf(requests, now)).map(({ request, facts }) => decide(request, facts, now));
  }

  /** The decision, and all that stands in the way instead of the first of it only. For administrators. */
  async examine(request: AccessRequest): Promise<{ decision: Decision; obstacles: RefusalReason[] }> {
    const now = this.clock.now();
    const [found] = await this.factsOf([request], now);
    if (!found) throw new Error('the database answered with no row');
    return {
      decision: decide(request, found.facts, now),
      obstacles: obstaclesTo(request, found.facts, now),
    };
  }

  private async factsOf(
    requests: AccessRequest[],
    now: Date,
  ): Promise<{ request: AccessRequest; facts: AccessFacts }[]> {
    const rows: unknown = await this.dataSource.query(FACTS, [
      requests.map((request) => request.userId),
      requests.map((request) => request.assetId),
      requests.map((request) => request.systemUserId),
      now,
    ]);
    const facts = factRows.parse(rows);
    return requests.map((request, index) => {
      const found = facts[index];
      if (!found) throw new Error('the database answered with too few rows');
      return { request, facts: found };
    });
  }
}
