import { userInfo } from 'node:os';
import type { Actor } from '#libs/kernel';

/** Whoever runs a command on this machine, by the name of their account there. */
export function machineActor(): Actor {
  const username = `${accountName()} (command line)`;
  return { userId: null, username, role: null, address: null, way: 'command-line' };
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`; // an account without a name, as containers have
  }
}
