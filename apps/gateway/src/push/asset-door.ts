import { tell } from '#libs/contracts';
import { systemActor } from '#libs/kernel';
import type { AssetCatalog } from '#libs/inventory';
import { AdminConnection } from '../jobs/admin-connection.js';
import type { AdminDirectory, AdminTarget } from '../jobs/admin-directory.js';
import { scanHostKeys } from '../jobs/host-key-probe.js';
import { ConnectFailure } from '../session/connect-failure.js';
import type { AnsibleDesk } from './ansible/ansible-desk.js';
import type { StepHost } from './host-script.js';
import type { PushTask } from './push-task.js';

/** Opens the connection that a push works over. */
export class AssetDoor {
  constructor(
    private readonly directory: AdminDirectory,
    private readonly catalog: AssetCatalog,
    private readonly ansible: AnsibleDesk,
  ) {}

  /**
   * As the asset's admin account, by the engine of the push. An asset without a pinned host key gets one when the push asks for it (FEATURES S17).
   * @throws ConnectFailure, StepFailure
   */
  async open(task: PushTask): Promise<{ connection: StepHost; target: AdminTarget }> {
    let target = await this.directory.find(task.assetId);
    requireActive(task, target);
    if (target.hostKeys.length === 0 && task.pinHostKey) {
      target = { ...target, hostKeys: await this.pin(task, target) };
    }
    const { onStep, giveUp } = task;
    let address = target.address;
    const onAddress = (found: string): void => {
      address = found;
    };
    const connection = await AdminConnection.open(target, { onStep, onAddress, giveUp });
    if (task.engine === 'agentless') return { connection, target };
    // the way in and all reasons why it is shut are the same for both; the playbook then connects by itself
    try {
      return { connection: await this.ansible.begin(task, { connection, target, address }), target };
    } finally {
      connection.close();
    }
  }

  private async pin(task: PushTask, target: AdminTarget): Promise<AdminTarget['hostKeys']> {
    const scan = await scanHostKeys(target.address, target.port);
    if (!scan.ok) {
      const { step, message, code, params } = scan;
      throw new ConnectFailure(step, { message, code, params });
    }
    const actor = { ...systemActor, username: task.requestedBy };
    const lines = scan.keys.map((key) => key.publicKey);
    const pins = await this.catalog.pinFirstHostKeys(actor, task.assetId, lines);
    const prints = pins.map((pin) => `${pin.type} ${pin.fingerprint}`).join(', ');
    task.onStep('host-key', tell('pinned-now', { keys: prints }));
    return pins.map((pin) => {
      const [type = '', blob = ''] = pin.publicKey.split(' ');
      return { type, blob };
    });
  }
}

/** An inactive asset can't be connected to (FEATURES S16); what stands there can still be taken back. */
function requireActive({ assetName, mode }: PushTask, { active }: AdminTarget): void {
  if (active || mode === 'recycle') return;
  throw new ConnectFailure('resolve', tell('asset-inactive', { asset: assetName }));
}
