import { expect, it } from 'vitest';
import { requires } from '../../hosts/index.js';
import { ansibleCases } from './ansible-cases.js';
import { channelCases } from './channel-cases.js';
import { clientCases } from './client-cases.js';
import type { ConformanceCase, Target } from './conformance-case.js';
import { fileCases } from './file-cases.js';
import { rekeyCases } from './rekey-cases.js';
import { scpNameCases } from './scp-name-cases.js';
import { transportCases } from './transport-cases.js';

const groups: Record<string, ConformanceCase[]> = {
  channels: channelCases,
  transport: transportCases,
  rekeying: rekeyCases,
  files: fileCases,
  'names by scp -O': scpNameCases,
  'other clients': clientCases,
  Ansible: ansibleCases,
};

/** Declares one test per line of the table, or of these groups; each must show the same at every target. */
export function checkConformance(target: () => Target, only = Object.keys(groups)): void {
  for (const [group, cases] of Object.entries(groups)) {
    if (!only.includes(group)) continue;
    for (const line of cases) {
      requires(...(line.needs ?? [])).describe(group, () => {
        it(line.name, { timeout: 120_000 }, async () => {
          expect(await line.see(target())).toEqual(line.shows);
        });
      });
    }
  }
}
