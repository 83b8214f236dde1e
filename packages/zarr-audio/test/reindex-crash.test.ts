import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openOrCreateStore, openStore } from '../src/index';
import { fileStorage } from '../src/node';
import { startChild } from './support/child';
import { bytesOf, codecs, importFixture, temporaryFolder } from './support/stores';

const KILLS = 12;
/** About as long as a rebuild of this file takes, and a bit. Where the machine is busy, more kills follow, each later. */
const LONGEST_MS = 150;

describe('a process that is killed while it rebuilds an index', () => {
  it('leaves a recording that opens with an index that is whole', async () => {
    const folder = join(temporaryFolder(), 'store.zarr');
    const store = await openOrCreateStore(await fileStorage(folder, { create: true }), { codecs });
    const layout = { chunkBytes: 1000, shardBytes: 4000, chunkRows: 20 };
    const [imported] = await importFixture(store, 'ogg_opus/mono.opus', { seekPoints: 'grid', layout });
    const { id } = imported!;
    const expected = bytesOf((await imported!.read()).data);
    const inForce = new Set<string>();
    for (let kill = 0; kill < KILLS || inForce.size < 2; kill++) {
      expect(kill, 'none was rebuilt').toBeLessThan(10 * KILLS);
      const child = startChild('reindex-file.mjs', folder, id);
      await new Promise((resolve) => child.process.stdout!.once('data', resolve));
      // Any moment, but in another part of the time for each.
      await new Promise((resolve) => setTimeout(resolve, ((kill + Math.random()) / KILLS) * LONGEST_MS));
      child.process.kill('SIGKILL');
      const { status, stderr } = await child.ended;
      expect({ status, stderr }).toEqual({ status: null, stderr: '' });

      const opened = await openStore(await fileStorage(folder), { codecs });
      const recording = await opened.open(id);
      expect(bytesOf((await recording.read()).data).equals(expected)).toBe(true);
      const { index, seekPoints } = recording.attributes.indexArrays;
      inForce.add(index);
      // Named arrays are whole; what a rebuild left behind is whole too, or lies aside.
      for await (const { damage } of opened.verify(id)) expect(damage).toEqual([]);
      for (const name of readdirSync(join(folder, id))) {
        expect(name === 'zarr.json' || existsSync(join(folder, id, name, 'zarr.json'))).toBe(true);
      }
      expect([index, seekPoints].every((name) => existsSync(join(folder, id, name!)))).toBe(true);
    }
  });
});
