/** What every process of the product gives Node. Warnings of Node's own about its experiments tell an operator nothing. */
export const NODE_OPTIONS: readonly string[] = [
  '--enable-source-maps',
  '--disable-warning=ExperimentalWarning',
];

/**
 * What a gateway gives Node besides. A relay makes short-lived buffers and little else: with a young generation of
 * 1 MiB (V8's own: 16) their memory is used again while the processor still has it in its cache. docs/benchmarks.md
 * has the figures.
 */
export const GATEWAY_NODE_OPTIONS: readonly string[] = [...NODE_OPTIONS, '--max-semi-space-size=1'];
