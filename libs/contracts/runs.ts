import type { Told } from './host-words.js';

/** What a run does on its assets. */
export const RUN_KINDS = ['facts', 'push', 'drift', 'host-keys'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/** Where a run over assets stands. `partial`: some succeeded, some failed. */
export const RUN_STATES = ['queued', 'running', 'succeeded', 'partial', 'failed', 'stopped'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** Where a run stands on one asset. */
export const RUN_ITEM_STATES = ['queued', 'running', 'succeeded', 'failed', 'stopped'] as const;
export type RunItemState = (typeof RUN_ITEM_STATES)[number];

/** One step that a run made on one asset; when it failed, `message` says why and what to do. */
export interface RunStep extends Told {
  step: string;
  ok: boolean;
  /** Time that it took. */
  ms: number;
}
