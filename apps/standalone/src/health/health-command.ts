import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { readConfig } from '#libs/kernel';
import { UsageError, withoutOptions } from '../command-line/usage-error.js';

export const HEALTH_USAGE = `Usage: gatehouse health [ready]

Asks the api of this machine, at the address and with the TLS of the settings, whether it lives; with "ready" also
whether database and a gateway answer. Exit code 0: yes, 1: no. For health checks of containers.
`;

/** How long an answer may take. */
const PATIENCE_MS = 5_000;

/** Runs `health …` and gives its exit code. @throws UsageError */
export async function runHealthCommand(args: string[]): Promise<number> {
  const [what, ...more] = withoutOptions(args);
  if ((what !== undefined && what !== 'ready') || more.length > 0)
    throw new UsageError('health takes "ready" or nothing.');
  const { httpHost, httpPort, tls } = readConfig();
  const url = `http${tls ? 's' : ''}://${reachable(httpHost)}:${httpPort}/${what === 'ready' ? 'readyz' : 'healthz'}`;
  const answer = await ask(url);
  process.stdout.write(`${url}: ${answer}\n`);
  return answer === 200 ? 0 : 1;
}

/** The status, or why there is none. */
function ask(url: string): Promise<number | string> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    // whose certificate it is doesn't matter: nothing secret is sent, and of the answer only the status counts
    const request = send(url, { timeout: PATIENCE_MS, rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 'no status');
    });
    request.once('timeout', () => request.destroy(new Error(`no answer in ${PATIENCE_MS / 1_000} s`)));
    request.once('error', ({ message }) => resolve(message));
    request.end();
  });
}

/** Where something that is bound to this address answers on this machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
