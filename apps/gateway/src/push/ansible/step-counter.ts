import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { tell, type PushStep, type Told } from '#libs/contracts';
import { harmless, type ExecOutcome } from '../../jobs/bounded-exec.js';
import { wordsOf } from '../host-script.js';

/** A step that waits for the playbook to come to it. */
export interface Order {
  step: PushStep;
  program: string;
  input: string;
  done: (outcome: ExecOutcome) => void;
  failed: (why: Told) => void;
}

interface Question {
  step: string;
  answer: (order: Order | null) => void;
}

const ask = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('order'), step: z.string() }),
  z.object({ ask: z.literal('password') }),
]);
const report = z.union([
  z.object({ failure: z.string() }),
  z.object({ status: z.number(), stdout: z.string(), stderr: z.string() }),
]);

/** Longest line that is taken: the output of a step, and what JSON makes of it. Characters. */
const MAX_LINE = 1024 * 1024;

/**
 * Where a playbook fetches its steps: it asks at each task, and is told what to run, or to skip it when the push goes
 * on with a later step. Also says the admin account's password to ssh.
 */
export class StepCounter {
  private order: Order | null = null;
  private question: Question | null = null;
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;

  constructor(
    private readonly assetName: string,
    private readonly password: string | null,
  ) {}

  async open(path: string): Promise<void> {
    const server = createServer((socket) => {
      this.serve(socket);
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  }

  /** Waits for the playbook to ask for it; one at a time. */
  place(order: Order): void {
    this.order = order;
    this.match();
  }

  /** What was placed is not carried out any more. */
  fail(why: Told): void {
    const { order } = this;
    this.order = null;
    order?.failed(why);
  }

  close(): void {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    // a playbook that was ended leaves in the middle of a word
    socket.on('error', () => undefined);
    let held = 0;
    socket.on('data', (chunk) => {
      held += chunk.length;
      if (held > MAX_LINE) socket.destroy(new Error('too much'));
    });
    let running: Order | null = null;
    createInterface(socket).on('line', (line) => {
      if (running) {
        settle(running, line, this.assetName);
        running = null;
        return;
      }
      const question = ask.safeParse(parsed(line)).data;
      if (question?.ask === 'password') socket.end(`${JSON.stringify({ password: this.password ?? '' })}\n`);
      if (question?.ask !== 'order') return;
      const answer = (order: Order | null): void => {
        running = order;
        const told = order ? { program: order.program, input: order.input } : { skip: true };
        socket.write(`${JSON.stringify(told)}\n`);
      };
      this.question = { step: question.step, answer };
      this.match();
    });
    socket.on('close', () => running?.failed(tell('ansible-cut')));
  }

  private match(): void {
    const { order, question } = this;
    if (!order || !question) return;
    this.question = null;
    if (question.step !== order.step) {
      question.answer(null);
      return;
    }
    this.order = null;
    question.answer(order);
  }
}

function settle(order: Order, line: string, asset: string): void {
  const said = report.safeParse(parsed(line)).data;
  if (!said) order.failed(tell('ansible-unsound'));
  else if ('failure' in said)
    order.failed(tell('ansible-failed', { asset, said: wordsOf(harmless(said.failure)) }));
  else order.done({ status: said.status, stdout: harmless(said.stdout), stderr: harmless(said.stderr) });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // no JSON: no sound answer
    return null;
  }
}
