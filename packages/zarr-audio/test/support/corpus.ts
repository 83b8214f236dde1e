import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The files that nobody here wrote, and what opusfile and opusinfo said of them (fixtures/MANIFEST.tsv). */
export const fixtures = fileURLToPath(new URL('../../../../fixtures/', import.meta.url));

export interface CorpusFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** opusinfo has no complaint. */
  readonly isSound: boolean;
  /** Samples of each link, by opusfile; empty where it can't open the file. */
  readonly linkSamples: readonly number[];
  /** Packets of each link, by a page walk of the corpus's maker; the sum is checked against ffprobe by the oracle test. */
  readonly linkPackets: readonly number[];
  readonly channels: readonly number[];
}

export const corpus: readonly CorpusFile[] = readFileSync(`${fixtures}MANIFEST.tsv`, 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [path, bytes, sha256, , , special] = line.split('\t') as [string, string, string, string, string, string];
    const links = /opusfile: .*? total=\d+ \[([\d,]+)\]/.exec(special)?.[1] ?? '';
    const ogg = [...special.matchAll(/\[opus v\d+ ch=(\d+) [^\]]*? pk=(\d+) /g)];
    return {
      path,
      bytes: Number(bytes),
      sha256,
      isSound: /opusinfo: rc=0 .*no warnings/.test(special),
      linkSamples: links === '' ? [] : links.split(',').map(Number),
      channels: ogg.map(([, channels]) => Number(channels)),
      linkPackets: ogg.map(([, , packets]) => Number(packets)),
    };
  });

export const oggOpusFiles = corpus.filter(({ path }) => path.startsWith('ogg_opus/'));
export const soundFiles = oggOpusFiles.filter(({ isSound }) => isSound);
