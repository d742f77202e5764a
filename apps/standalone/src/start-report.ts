import { hostname, networkInterfaces } from 'node:os';
import { z } from 'zod';
import type { Config } from '#libs/kernel';

const apiInfo = z.object({
  url: z.string(),
  certificateFingerprint: z.string().optional(),
  adminUsername: z.string().optional(),
  adminPassword: z.string().optional(),
});
const gatewayInfo = z.object({ sshPort: z.number(), hostKeyFingerprints: z.array(z.string()) });

/** What the api tells when it is ready. The password only when it was made at this start. */
export type ApiInfo = z.infer<typeof apiInfo>;
/** What a gateway tells when it is ready. */
export type GatewayInfo = z.infer<typeof gatewayInfo>;

export const parseApiInfo = (info: unknown): ApiInfo => apiInfo.parse(info);
export const parseGatewayInfo = (info: unknown): GatewayInfo => gatewayInfo.parse(info);

/** Where to go now: the lines that a person reads when everything runs. */
export function startReport(config: Config, api: ApiInfo, gateway: GatewayInfo): string[] {
  const host = reachableName(config);
  const lines = [
    '',
    `  Console    ${consoleUrl(config, api)}`,
    ...(api.certificateFingerprint === undefined
      ? []
      : [`             certificate SHA-256 ${api.certificateFingerprint}`]),
    `  SSH        ssh -p ${String(gateway.sshPort)} <user>@${host}`,
    ...gateway.hostKeyFingerprints.map((fingerprint) => `             host key ${fingerprint}`),
  ];
  if (api.adminPassword !== undefined) {
    lines.push(
      `  First login ${api.adminUsername ?? 'admin'} / ${api.adminPassword}`,
      '             Shown this once. The console asks for a new password.',
    );
  }
  return [...lines, `  Data       ${config.dataDir}`, '', '  Ctrl-C stops everything.', ''];
}

/** The console's address as the person at this machine can open it. */
export function consoleUrl(config: Config, api: ApiInfo): string {
  if (config.publicUrl !== null) return config.publicUrl;
  const url = new URL(api.url);
  if (isAnyAddress(url.hostname)) url.hostname = 'localhost';
  return url.origin;
}

/** A name or address that other machines can use, as far as this one knows. */
function reachableName({ sshHost, publicUrl }: Config): string {
  if (publicUrl !== null) return new URL(publicUrl).hostname;
  if (!isAnyAddress(sshHost)) return sshHost;
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  return outside?.address ?? hostname();
}

const isAnyAddress = (host: string): boolean => ['0.0.0.0', '::', '[::]'].includes(host);
