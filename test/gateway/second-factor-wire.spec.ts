import { io } from 'socket.io-client';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { SOCKET_PATH, TERMINAL_NAMESPACE } from '#libs/contracts';
import { requires } from '../hosts/index.js';
import { attemptsOf, cookieOf, enrol, nextCode, type Enrolled } from './enrolled.js';
import { Harness } from './harness.js';
import { openChannel } from './wire/channel.js';
import { MESSAGE } from './wire/encoding.js';
import {
  beginDialogue,
  makeRawKey,
  offerKey,
  readReply,
  sendAnswers,
  sendSigned,
  signIn,
  tryPassword,
  type Reply,
} from './wire/login.js';
import { RawSsh } from './wire/raw-ssh.js';

const { userauthFailure: REFUSED, userauthSuccess: IN, publicKeyOk: WOULD_DO, infoRequest: ASKS } = MESSAGE;

/** What a client may say after the first factor, other than what it should. */
requires('ssh').describe('half a login over SSH', () => {
  let harness: Harness;
  let kim: Enrolled;
  const clients: RawSsh[] = [];
  const key = makeRawKey();

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    kim = await addEnrolled('kim');
    await harness.addPublicKey(kim.id, key.line);
    await harness.addPerson('other');
  });

  afterEach(() => clients.splice(0).forEach((client) => client.end()));

  async function addEnrolled(username: string): Promise<Enrolled> {
    const person = await harness.addPerson(username);
    return { ...person, app: await enrol(harness, person) };
  }

  async function atLogin(): Promise<RawSsh> {
    const client = await RawSsh.atLogin(harness.product.address, harness.product.sshPort);
    clients.push(client);
    return client;
  }

  /** Whether the server opens a session channel now. A closed connection is a no. */
  const opensChannel = (client: RawSsh): Promise<boolean> =>
    openChannel(client).then(
      (channel) => channel !== undefined,
      () => false,
    );

  async function socketOutcome(cookie: string): Promise<string> {
    const { url } = harness.product;
    const socket = io(`${url}${TERMINAL_NAMESPACE}`, {
      ...{ path: SOCKET_PATH, transports: ['websocket'], forceNew: true, reconnection: false },
      extraHeaders: { cookie, origin: url },
    });
    try {
      return await new Promise((resolve) => {
        socket.once('connect', () => resolve('connected'));
        socket.once('connect_error', (error) => resolve(error.message));
      });
    } finally {
      socket.disconnect();
    }
  }

  async function afterKey(): Promise<RawSsh> {
    const client = await atLogin();
    sendSigned(client, { username: 'kim', key });
    expect(await readReply(client)).toMatchObject({
      message: REFUSED,
      isPartial: true,
      methods: ['keyboard-interactive'],
    });
    return client;
  }

  it('partial success opens no channel', async () => {
    expect(await opensChannel(await afterKey())).toBe(false);
  });

  it('an offer without a signature is no first factor, nor a second one', async () => {
    const client = await atLogin();
    expect(await offerKey(client, { username: 'kim', key })).toBe(WOULD_DO);
    const asked = await beginDialogue(client, 'kim');
    expect(asked.prompts).toEqual(['Password: ']); // not the code: nothing was proved
    sendAnswers(client, nextCode(kim));
    expect((await readReply(client)).message).toBe(REFUSED);
    const half = await afterKey();
    expect(await offerKey(half, { username: 'kim', key })).toBe(REFUSED);
    expect(await opensChannel(half)).toBe(false);
  });

  it.each<[string, (client: RawSsh) => Promise<number>]>([
    ['the same key again', (client) => signIn(client, { username: 'kim', key })],
    ['the right password', (client) => tryPassword(client, 'kim', kim.password)],
    ['an answer that nobody asked for', (client) => answerUnasked(client)],
    ['no answer', (client) => answerWith(client)],
    ['two answers', (client) => answerWith(client, kim.app.recoveryCodes[1] ?? '', 'x')],
    ['an empty code', (client) => answerWith(client, '')],
    ['the password for a code', (client) => answerWith(client, kim.password)],
  ])('a faked second step is refused: %s', async (_, trick) => {
    const client = await afterKey();
    expect(await trick(client)).toBe(REFUSED);
    expect(await opensChannel(client)).toBe(false);
    await harness.admin.do('POST', `/users/${kim.id}/unlock`);
  });

  async function answerWith(client: RawSsh, ...answers: string[]): Promise<number> {
    expect((await beginDialogue(client, 'kim')).message).toBe(ASKS);
    sendAnswers(client, ...answers);
    return (await readReply(client)).message;
  }

  /** The server stays silent to it; the next request shows that it changed nothing. */
  async function answerUnasked(client: RawSsh): Promise<number> {
    sendAnswers(client, nextCode(kim));
    return tryPassword(client, 'kim', kim.password);
  }

  it('a dialogue that was broken off leaves nothing to answer', async () => {
    const client = await afterKey();
    await beginDialogue(client, 'kim');
    const again: Reply = await beginDialogue(client, 'kim');
    expect(again.prompts).toHaveLength(1);
    sendAnswers(client, kim.app.recoveryCodes[2] ?? '');
    expect((await readReply(client)).message).toBe(IN);
    expect(await opensChannel(client)).toBe(true);
    expect(
      (await attemptsOf(harness, 'kim')).filter(({ reason }) => reason === 'wrong password'),
    ).toHaveLength(1);
  });

  it('what one name proved is nothing to another, also when that one needs no code', async () => {
    const client = await afterKey();
    const answer = await tryPassword(client, 'other', 'pass phrase of other 4712').catch(
      () => MESSAGE.disconnect,
    );
    expect([REFUSED, MESSAGE.disconnect]).toContain(answer);
    expect(await opensChannel(client)).toBe(false);
    const second = await afterKey();
    const reply = await beginDialogue(second, 'other').catch(() => null);
    if (reply?.message === ASKS) {
      sendAnswers(second, nextCode(kim));
      expect((await readReply(second).catch(() => null))?.message).not.toBe(IN);
    }
    expect(await opensChannel(second)).toBe(false);
  });

  it('somebody who is disabled between the two steps does not get in', async () => {
    const late = await addEnrolled('late');
    const client = await atLogin();
    await tryPassword(client, 'late', late.password);
    await beginDialogue(client, 'late');
    await harness.change(`/users/${late.id}`, { active: false });
    sendAnswers(client, nextCode(late));
    expect((await readReply(client)).message).toBe(REFUSED);
  });

  it('a login that must set a factor up first opens no terminal socket', async () => {
    const ivan = await harness.addPerson('ivan');
    await harness.change(`/users/${ivan.id}`, { secondFactorRequired: true });
    const cookie = await cookieOf(harness, ivan);
    expect(cookie).toContain('gatehouse_session=');
    expect(await socketOutcome(cookie)).toBe('unauthenticated');
  });

  it('a half login opens no terminal socket', async () => {
    const answer = await fetch(`${harness.product.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-gatehouse-client': 'console' },
      body: JSON.stringify({ username: 'kim', password: kim.password }),
    });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
    const { challenge } = z.object({ challenge: z.string() }).parse(await answer.json());
    expect(await socketOutcome(`gatehouse_session=${challenge}`)).toBe('unauthenticated');
    const whole = await cookieOf(harness, { ...kim, code: kim.app.recoveryCodes[5] });
    expect(await socketOutcome(whole)).toBe('connected');
  });
});
