import { ACTIONS, DEFAULT_ACTIONS, type Action } from '#libs/contracts';
import type { CreateRule } from '../api/models/create-rule';
import type { RuleView } from '../api/models/rule-view';
import type { WeekHoursBody } from '../api/models/week-hours-body';

/** A rule as its form holds it. */
export interface RuleModel {
  name: string;
  comment: string;
  active: boolean;
  actions: Record<Action, boolean>;
  /** One in each line. */
  forwardDestinations: string;
  validFrom: Date | null;
  validUntil: Date | null;
  hours: WeekHoursBody | null;
  userIds: readonly string[];
  userGroupIds: readonly string[];
  assetIds: readonly string[];
  assetGroupIds: readonly string[];
  systemUserIds: readonly string[];
}

/** The form of a rule; of a new one when there is none. */
export function ruleModel(rule: RuleView | undefined): RuleModel {
  const allows = (action: Action): boolean => (rule?.actions ?? DEFAULT_ACTIONS).includes(action);
  return {
    name: rule?.name ?? '',
    comment: rule?.comment ?? '',
    active: rule?.active ?? true,
    actions: {
      connect: allows('connect'),
      exec: allows('exec'),
      upload: allows('upload'),
      download: allows('download'),
      forward: allows('forward'),
      'remote-forward': allows('remote-forward'),
      agent: allows('agent'),
    },
    forwardDestinations: rule?.forwardDestinations.join('\n') ?? '',
    validFrom: rule?.validFrom ? new Date(rule.validFrom) : null,
    validUntil: rule?.validUntil ? new Date(rule.validUntil) : null,
    hours: rule?.hours ?? null,
    userIds: rule?.userIds ?? [],
    userGroupIds: rule?.userGroupIds ?? [],
    assetIds: rule?.assetIds ?? [],
    assetGroupIds: rule?.assetGroupIds ?? [],
    systemUserIds: rule?.systemUserIds ?? [],
  };
}

/** What a rule says something of: without any of these it gives nothing. */
export type RuleSideName = 'who' | 'where' | 'asWhom' | 'what';

/** Whether a rule names nothing on that side. */
export function lacks(model: RuleModel, side: RuleSideName): boolean {
  if (side === 'what') return !ACTIONS.some((action) => model.actions[action]);
  const sides = {
    who: [...model.userIds, ...model.userGroupIds],
    where: [...model.assetIds, ...model.assetGroupIds],
    asWhom: model.systemUserIds,
  };
  return sides[side].length === 0;
}

/** The sides of a new rule that its address fills in: ids of system users and assets, separated by commas. */
export function newRuleOf(
  forUsers: string | undefined,
  onAssets: string | undefined,
): Pick<RuleModel, 'systemUserIds' | 'assetIds'> {
  const ids = (text: string | undefined): string[] => text?.split(',').filter(Boolean) ?? [];
  return { systemUserIds: ids(forUsers), assetIds: ids(onAssets) };
}

/** What the API takes for that form. */
export function ruleDraft(model: RuleModel): CreateRule {
  return {
    name: model.name.trim(),
    comment: model.comment.trim(),
    active: model.active,
    actions: ACTIONS.filter((action) => model.actions[action]),
    forwardDestinations: model.forwardDestinations.split(/[\s,]+/).filter((line) => line !== ''),
    validFrom: model.validFrom?.toISOString() ?? null,
    validUntil: model.validUntil?.toISOString() ?? null,
    hours: model.hours,
    userIds: [...model.userIds],
    userGroupIds: [...model.userGroupIds],
    assetIds: [...model.assetIds],
    assetGroupIds: [...model.assetGroupIds],
    systemUserIds: [...model.systemUserIds],
  };
}
