import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../hosts/index.js';

/** A folder of the data folder as a small disk of its own. */
export class SmallDisk {
  private constructor(private readonly folder: string) {}

  static async mount(folder: string): Promise<SmallDisk> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { status, stderr } = await run('mount', [
      '-t',
      'tmpfs',
      '-o',
      'size=512k,mode=700',
      'tmpfs',
      folder,
    ]);
    if (status !== 0) throw new Error(stderr);
    return new SmallDisk(folder);
  }

  /** Takes all the room that is left, to the last page. */
  async fill(): Promise<void> {
    for (const bytes of [65_536, 4_096]) {
      for (let made = 0; made < 200; made++) {
        const name = join(this.folder, `filler-${bytes}-${made}`);
        try {
          await writeFile(name, Buffer.alloc(bytes));
        } catch {
          await rm(name, { force: true }); // no space left: smaller ones may still fit
          break;
        }
      }
    }
  }

  async clear(): Promise<void> {
    await run('sh', ['-c', `rm -f '${this.folder}'/filler-*`]);
  }

  async unmount(): Promise<void> {
    await run('umount', ['-l', this.folder]);
  }
}
