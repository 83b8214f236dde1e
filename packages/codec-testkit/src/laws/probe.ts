import { type Codec, readHead } from '@zarr-audio/codec';
import { require, requireCode } from '../compare';
import type { Law } from '../law';
import { pieces } from '../sources';
import type { NamedBytes, Subject } from '../subject';

/** As much as an import shows. */
const HEAD_BYTES = 65_536;

const text = (content: string) => Uint8Array.from(content, (letter) => letter.charCodeAt(0));

/** What is no audio at all. */
const NO_AUDIO: readonly NamedBytes[] = [
  { name: 'zeros', bytes: new Uint8Array(HEAD_BYTES) },
  { name: 'ones', bytes: new Uint8Array(HEAD_BYTES).fill(255) },
  { name: 'text', bytes: text('No codec should claim this text.\n'.repeat(2000)) },
  { name: 'PNG', bytes: text(`\x89PNG\r\n\x1a\n\0\0\0\rIHDR${'\0'.repeat(1000)}`) },
  { name: 'ZIP', bytes: text(`PK\x03\x04\x14${'\0'.repeat(1000)}`) },
];

export const probeLaw: Law = {
  name: 'probe',
  says: 'probe knows its own files and no others, and never throws',
  tests: (subject) => [
    ...subject.samples.map((sample) => ({
      title: `it knows ${sample.name}`,
      run: async () => require(await claims(subject.codec, sample), 'neither probe nor search knows the sample'),
    })),
    ...[...NO_AUDIO, ...(subject.options.foreign ?? [])].map((other) => ({
      title: `it does not claim ${other.name}`,
      run: async () => require(!(await claims(subject.codec, other)), 'it claims what is not its own'),
    })),
    {
      title: 'random bytes, no bytes and the first bytes of samples are no reason to throw',
      run: async () => tryHeads(subject),
    },
  ],
};

/** As a registry asks: by the head, else by all. */
async function claims(codec: Codec, file: NamedBytes): Promise<boolean> {
  const source = pieces(file);
  const isMine = codec.probe(await readHead(source, HEAD_BYTES));
  if (isMine !== undefined) return isMine;
  require(codec.search !== undefined, 'probe can not tell, and there is no search');
  return codec.search(source);
}

async function tryHeads(subject: Subject): Promise<void> {
  const random = subject.random('probe');
  const heads: Uint8Array[] = [new Uint8Array(0)];
  for (let i = 0; i < 200; i++) heads.push(random.bytes(random.below(i % 10 === 0 ? HEAD_BYTES : 600)));
  for (const { bytes } of subject.samples) {
    for (let length = 1; length < 128; length++) heads.push(bytes.slice(0, length));
    for (let i = 0; i < 40; i++) {
      const head = bytes.slice(0, 1 + random.below(Math.min(HEAD_BYTES, bytes.length)));
      // The beginning tells, and garbage behind it has to be lived with.
      for (let at = random.below(64); at < head.length; at += 1 + random.below(64)) head[at] = random.below(256);
      heads.push(head);
    }
  }
  for (const head of heads) {
    const answer = probed(subject.codec, head);
    require(answer === undefined || typeof answer === 'boolean', `probe answers ${answer}`);
    if (answer === undefined) await search(subject.codec, head);
  }
}

function probed(codec: Codec, head: Uint8Array): boolean | undefined {
  const copy = head.slice();
  try {
    return codec.probe(copy);
  } catch (error) {
    return require(false, `probe throws of ${head.length} bytes: ${error}`, { head }) as never;
  }
}

async function search(codec: Codec, bytes: Uint8Array): Promise<void> {
  require(codec.search !== undefined, 'probe can not tell, and there is no search');
  try {
    await codec.search(pieces({ name: 'random', bytes }));
  } catch (error) {
    requireCode(error, `search of ${bytes.length} bytes`);
  }
}
