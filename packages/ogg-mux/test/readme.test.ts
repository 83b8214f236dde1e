import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { damagesOf, demux, packetsOf, text } from './demuxed';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const head = new Uint8Array([...text('OpusHead'), 1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0]);
const packets = Array.from({ length: 150 }, (_, i) => new Uint8Array([0xf8, 0xff, i]));

/** As far as the example needs it: a second of sound gives 50 packets of 20 ms. */
class FakeAudioEncoder {
  #output: (chunk: object, metadata: object) => void;
  #number = 0;

  constructor(callbacks: { output: (chunk: object, metadata: object) => void }) {
    this.#output = callbacks.output;
  }

  configure(): void {}

  encode(data: FakeAudioData): void {
    for (let i = 0; i < data.frames / 960; i++) {
      const packet = packets[this.#number]!;
      const chunk = { byteLength: 3, duration: 20_000, copyTo: (target: Uint8Array) => target.set(packet) };
      this.#output(chunk, this.#number++ === 0 ? { decoderConfig: { description: head.slice().buffer } } : {});
    }
  }

  async flush(): Promise<void> {}
}

class FakeAudioData {
  readonly frames: number;

  constructor({ numberOfFrames }: { numberOfFrames: number }) {
    this.frames = numberOfFrames;
  }

  close(): void {}
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('the example for browsers writes a file that reads as it was meant', async () => {
  const readme = readFileSync(`${root}packages/ogg-mux/README.md`, 'utf8');
  const example = /\n## In a browser\n[\s\S]*?```js\n([\s\S]*?)```/.exec(readme)?.[1];
  expect(example).toBeDefined();
  mkdirSync(`${root}.cache/readme`, { recursive: true });
  const file = `${root}.cache/readme/ogg-mux-browser.ts`;
  writeFileSync(file, example!);
  let made: Blob | undefined;
  const log = vi.spyOn(console, 'log').mockReturnValue();
  class KeptBlob extends Blob {
    constructor(...args: ConstructorParameters<typeof Blob>) {
      super(...args);
      made = this;
    }
  }
  vi.stubGlobal('Blob', KeptBlob);
  vi.stubGlobal('AudioEncoder', FakeAudioEncoder);
  vi.stubGlobal('AudioData', FakeAudioData);
  await import(/* @vite-ignore */ file);

  expect(log.mock.calls).toEqual([[made!.size, 'bytes']]);
  const events = demux(new Uint8Array(await made!.arrayBuffer()));
  expect(damagesOf(events)).toEqual([]);
  const [first, tags, ...rest] = packetsOf(events);
  expect(first).toEqual(head);
  expect(tags).toEqual(new Uint8Array([...text('OpusTags'), 2, 0, 0, 0, ...text('me'), 0, 0, 0, 0]));
  expect(rest).toEqual(packets);
  expect(events.at(-2)).toMatchObject({ type: 'page', packets: { page: { granulePosition: 144_000n, eos: true } } });
});
