import { z } from 'zod';
import { CONNECTION_STEPS, type ConnectionTest, type HostKeyScan } from '#libs/contracts';
import type { JobQueue, UnitOfWork } from '#libs/database';
import { NotFound, type Actor, type AssetId } from '#libs/kernel';
import type { AssetCatalog } from './asset-catalog.js';
import type { DefaultSettings } from './default-settings.js';
import { told } from './told.js';

/** How long a person waits for a gateway's answer. */
const ANSWER_MS = 25_000;

const step = z.enum(CONNECTION_STEPS);

const scanAnswer: z.ZodType<HostKeyScan> = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    keys: z.array(z.object({ type: z.string(), publicKey: z.string(), fingerprint: z.string() })),
  }),
  z.object({ ok: z.literal(false), step, ...told }),
]);

const testAnswer: z.ZodType<ConnectionTest> = z.object({
  ok: z.boolean(),
  steps: z.array(z.object({ step, ok: z.boolean(), ms: z.number(), ...told })),
});

/** What an asset offers, and which of it is pinned; or at which step looking failed. */
export type AssetScan =
  | { ok: true; keys: { type: string; publicKey: string; fingerprint: string; pinned: boolean }[] }
  | Extract<HostKeyScan, { ok: false }>;

/** Has a gateway look at assets: only gateways reach them. */
export class AssetInspector {
  constructor(
    private readonly catalog: AssetCatalog,
    private readonly defaults: DefaultSettings,
    private readonly jobs: JobQueue,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Which host keys answer at this address now; port null: the default. Nothing is pinned. @throws Unavailable */
  async scanAddress(address: string, port: number | null): Promise<AssetScan> {
    return this.scan(address, port ?? (await this.defaults.get()).port, new Set());
  }

  /** The same for an asset. @throws NotFound, Unavailable when no gateway answers */
  async scanAsset(id: AssetId): Promise<AssetScan> {
    const endpoint = await this.catalog.endpointOf(id);
    if (!endpoint) throw new NotFound('asset');
    const pins = endpoint.hostKeys.map((key) => `${key.type} ${key.blob}`);
    return this.scan(endpoint.asset.address, endpoint.port, new Set(pins));
  }

  /**
   * Whether the asset's admin account can log in, step by step. That it was asked for stands in the operations log, also
   * when no gateway answers: a privileged account was, or may have been, used. @throws NotFound, Unavailable
   */
  async testConnection(actor: Actor, id: AssetId): Promise<ConnectionTest> {
    const { id: assetId, name: subjectName } = await this.catalog.get(id);
    await this.unitOfWork.run(actor, (tx) =>
      tx.record({ action: 'asset.test-connection', subjectType: 'asset', subjectId: id, subjectName }),
    );
    return testAnswer.parse(await this.jobs.ask('asset.test', { assetId }, ANSWER_MS));
  }

  private async scan(address: string, port: number, pins: ReadonlySet<string>): Promise<AssetScan> {
    const scan = scanAnswer.parse(await this.jobs.ask('host-keys.scan', { address, port }, ANSWER_MS));
    if (!scan.ok) return scan;
    const keys = scan.keys.map((key) => ({ ...key, pinned: pins.has(withoutComment(key.publicKey)) }));
    return { ok: true, keys };
  }
}

const withoutComment = (line: string): string => line.split(' ', 2).join(' ');
