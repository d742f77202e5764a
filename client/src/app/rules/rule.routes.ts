import type { Routes } from '@angular/router';
import { may } from '../account/doors';
import { keepsInput } from '../panel/unsaved';
import { RuleForm } from './rule-form';
import { RuleList } from './rule-list';

/** The pages of authorization rules. */
export const ruleRoutes: Routes = [
  {
    path: '',
    component: RuleList,
    children: [
      { path: 'new', component: RuleForm, canActivate: [may('rules.write')], canDeactivate: [keepsInput] },
      { path: ':id', component: RuleForm, canDeactivate: [keepsInput] },
    ],
  },
];
