import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { damagesOf, demux, packetsOf, text } from './demuxed';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const head = new Uint8Array([...text('OpusHead'), 1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0]);
const packets = Array.from({ length: 120 }, (_, i) => new Uint8Array([0xf8, 0xff, i]));

/** As far as the example needs it: gives one packet for each piece of sound. */
class FakeAudioEncoder {
  #output: (chunk: object, metadata: object) => void;
  #number = 0;

  constructor(callbacks: { output: (chunk: object, metadata: object) => void }) {
    this.#output = callbacks.output;
  }

  configure(): void {}

  encode(): void {
    const packet = packets[this.#number]!;
    const chunk = { byteLength: 3, duration: 20_000, copyTo: (target: Uint8Array) => target.set(packet) };
    this.#output(chunk, this.#number++ === 0 ? { decoderConfig: { description: head.slice().buffer } } : {});
  }

  async flush(): Promise<void> {}
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
  const audio = { src: '' };
  let made: Blob | undefined;
  const log = vi.spyOn(console, 'log').mockReturnValue();
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    made = blob as Blob;
    return 'blob:made';
  });
  vi.stubGlobal('AudioEncoder', FakeAudioEncoder);
  vi.stubGlobal(
    'recorded',
    packets.map(() => ({ close: () => {} })),
  );
  vi.stubGlobal('document', { querySelector: () => audio });
  await import(/* @vite-ignore */ file);

  expect(audio.src).toBe('blob:made');
  expect(log.mock.calls).toEqual([[made!.size, 'bytes']]);
  const events = demux(new Uint8Array(await made!.arrayBuffer()));
  expect(damagesOf(events)).toEqual([]);
  const [first, tags, ...rest] = packetsOf(events);
  expect(first).toEqual(head);
  expect(tags).toEqual(new Uint8Array([...text('OpusTags'), 2, 0, 0, 0, ...text('me'), 0, 0, 0, 0]));
  expect(rest).toEqual(packets);
  expect(events.at(-2)).toMatchObject({ type: 'page', packets: { page: { granulePosition: 115_200n, eos: true } } });
});
