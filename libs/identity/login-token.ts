import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { JwtService } from '@nestjs/jwt';
import { z } from 'zod';
import type { Login } from '#libs/database';
import { asId, type LoginId, type UserId } from '#libs/kernel';
import { readOrMakeKeyFile, replaceKeyFile } from '#libs/vault';

/** What every reader of a token demands: nothing of it is taken from the token. */
export const TOKEN_RULES = {
  algorithms: ['ES256' as const],
  issuer: 'gatehouse',
  audience: 'gatehouse',
};

/** Private to the api; below the data folder. */
const PRIVATE_KEY_FILE = 'keys/api/token.private.pem';
/** For every reader; below the data folder. */
const PUBLIC_KEY_FILE = 'keys/token.public.pem';

const claims = z.object({ jti: z.uuid(), sub: z.uuid() });

/** What a token says once its signature held. Whether the login still counts stands in its row. */
export interface TokenClaims {
  loginId: LoginId;
  userId: UserId;
}

/** The claims of a payload whose signature and rules were checked; null when they aren't ours. */
export function readClaims(payload: unknown): TokenClaims | null {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) return null;
  return { loginId: asId<LoginId>(parsed.data.jti), userId: asId<UserId>(parsed.data.sub) };
}

function makePrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const publicPemOf = (privateKey: string): string =>
  createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();

/** Puts a new key in the place of the one that signs tokens. Gives false when the data folder has none. */
export function replaceTokenKey(dataDir: string): boolean {
  const [privateFile, publicFile] = [join(dataDir, PRIVATE_KEY_FILE), join(dataDir, PUBLIC_KEY_FILE)];
  if (!existsSync(privateFile) || !existsSync(publicFile)) return false;
  const privateKey = makePrivateKey();
  replaceKeyFile(privateFile, privateKey);
  replaceKeyFile(publicFile, publicPemOf(privateKey));
  return true;
}

/** Makes the tokens of logins (JWT, RFC 7519, ES256); only the api has one. The key may be replaced at any time. */
export class TokenSigner {
  private readonly jwt = new JwtService({});
  private known = { privateKey: '', publicKey: '' };

  private constructor(private readonly dataDir: string) {}

  /** With the installation's key, which is made at the first start. @throws the file system's error. */
  static async open(dataDir: string): Promise<TokenSigner> {
    await readOrMakeKeyFile(join(dataDir, PRIVATE_KEY_FILE), 0o600, async () => makePrivateKey());
    const signer = new TokenSigner(dataDir);
    const { publicKey } = signer;
    const publicFile = join(dataDir, PUBLIC_KEY_FILE);
    // one that belongs to an earlier private key would make gateways refuse everybody
    if (existsSync(publicFile) && readFileSync(publicFile, 'utf8') !== publicKey) rmSync(publicFile);
    await readOrMakeKeyFile(publicFile, 0o644, async () => publicKey);
    return signer;
  }

  /** PEM, for checking. */
  get publicKey(): string {
    return this.current().publicKey;
  }

  /** The token of a login; it ends with the login's absolute end. */
  sign(login: Login): string {
    const exp = Math.floor(login.expiresAt.getTime() / 1000);
    const { issuer, audience } = TOKEN_RULES;
    const told = { algorithm: 'ES256' as const, issuer, audience, jwtid: login.id, subject: login.userId };
    return this.jwt.sign({ exp }, { privateKey: this.current().privateKey, ...told });
  }

  /** As the file has it now. */
  private current(): { privateKey: string; publicKey: string } {
    const privateKey = readFileSync(join(this.dataDir, PRIVATE_KEY_FILE), 'utf8');
    if (privateKey !== this.known.privateKey) this.known = { privateKey, publicKey: publicPemOf(privateKey) };
    return this.known;
  }
}

/** Checks tokens with the public key alone. */
export class TokenReader {
  private readonly jwt = new JwtService({});

  constructor(private readonly dataDir: string) {}

  /**
   * The claims of a token whose signature, issuer, audience and absolute end hold; null otherwise.
   * The login itself must then be looked up, see LoginRegistry.
   */
  async verify(token: string): Promise<TokenClaims | null> {
    // it may have been replaced
    const publicKey = readFileSync(join(this.dataDir, PUBLIC_KEY_FILE), 'utf8');
    try {
      const payload = await this.jwt.verifyAsync<object>(token, {
        publicKey,
        ...TOKEN_RULES,
      });
      return readClaims(payload);
    } catch {
      return null; // forged, expired or none at all: all the same to the caller
    }
  }
}
