import { Component } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { QuestionDialog } from './question/question-dialog';

/** The root: a page, and the one dialog that asks questions. */
@Component({
  selector: 'gh-root',
  imports: [QuestionDialog, RouterOutlet],
  template: `<router-outlet /><gh-question-dialog />`,
})
export class App {}
