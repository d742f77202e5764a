import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Certificate } from '../gateway/mail-server.js';
import { endProcess, findProgram, spawnBound } from '../hosts/index.js';

const examples = fileURLToPath(new URL('../../../docs/examples/proxy/', import.meta.url));
const PATIENCE_MS = 20_000;

/** nginx reads an example as a file of conf.d; only what a test can't have is set here. */
const NGINX = `daemon off; master_process off; error_log stderr warn; pid nginx.pid;
events {}
http {
  access_log off; client_body_temp_path body; proxy_temp_path proxy;
  include example.conf;
}
`;

/** A documented configuration, as it is served: by the real server, on another port and with a certificate of the test. */
export class ProxyServer {
  private constructor(private readonly end: () => Promise<void>) {}

  static async start(
    example: string,
    options: { port: number; productPort: number; certificate: Certificate },
  ): Promise<ProxyServer> {
    const { port, productPort, certificate } = options;
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-proxy-'));
    const file = (name: string): string => join(folder, name);
    await mkdir(file('body'));
    await writeFile(file('site.pem'), certificate.cert);
    await writeFile(file('site.key'), certificate.key);
    const documented = await readFile(join(examples, example), 'utf8');
    const text = replaced(documented, '127.0.0.1:8080', `127.0.0.1:${productPort}`);
    const isNginx = example.startsWith('nginx');
    if (isNginx) {
      let own = replaced(text, 'listen 443 ssl', `listen 127.0.0.1:${port} ssl`);
      own = replaced(own, '/etc/ssl/ops.example.com.pem', file('site.pem'));
      await writeFile(file('example.conf'), replaced(own, '/etc/ssl/ops.example.com.key', file('site.key')));
      await writeFile(file('nginx.conf'), NGINX);
    } else {
      const site = `https://127.0.0.1:${port} {\n\tbind 127.0.0.1\n\ttls ${file('site.pem')} ${file('site.key')}`;
      const own = replaced(text, 'ops.example.com {', site);
      await writeFile(file('Caddyfile'), `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${own}`);
    }
    const program = isNginx ? 'nginx' : 'caddy';
    const args = isNginx
      ? ['-p', folder, '-c', file('nginx.conf')]
      : ['run', '--adapter', 'caddyfile', '--config', file('Caddyfile')];
    const child = spawnBound(findProgram(program) ?? program, args, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: folder },
    });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const end = async (): Promise<void> => {
      await endProcess(child, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    };
    const until = Date.now() + PATIENCE_MS;
    while (!(await takes(port))) {
      if (child.exitCode === null && Date.now() < until) await sleep(50);
      else {
        await end();
        throw new Error(`${program} does not serve ${example}: ${said}`);
      }
    }
    return new ProxyServer(end);
  }

  stop(): Promise<void> {
    return this.end();
  }
}

/** An example that no longer holds what a test replaces is another example. */
function replaced(text: string, what: string, by: string): string {
  const parts = text.split(what);
  if (parts.length < 2) throw new Error(`The example lacks ${what}`);
  return parts.join(by);
}

function takes(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1', () => resolve(true));
    probe.once('connect', () => probe.destroy());
    probe.once('error', () => resolve(false));
  });
}
