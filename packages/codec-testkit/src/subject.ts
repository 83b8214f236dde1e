import { type Codec, type DecoderOptions, INDEX_WIDTH, type JsonObject, type SampleType } from '@zarr-audio/codec';
import { type Taken, type TakenStream, takeEvents } from './ingested';
import { seededRandom } from './random';
import { pieces } from './sources';

/** Bytes with the name of the file that they are. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** An encoded file of the codec. Short ones do: 1 to 10 seconds, some tens of packets, under 1 MiB. */
export interface CodecSample extends NamedBytes {
  /** `CodecDeclarations.checksums` of this one, where containers differ. */
  readonly checksums?: boolean;
}

/** What a codec promises beside its `capabilities`. What is not declared is not tested, and is shown as skipped. */
export interface CodecDeclarations {
  /**
   * Every packet lies under a checksum that an ingest compares: then no damage may change a packet, and none may go without being told.
   */
  readonly checksums?: boolean;
}

/** PCM that the encoder is tried with. */
export interface EncodingCase {
  readonly sampleRate: number;
  readonly channels: number;
  readonly sampleType: SampleType;
  /** Significant bits of an integer sample; 32 for float32. */
  readonly bitsPerSample: number;
  readonly options?: JsonObject;
}

export interface CodecTestOptions {
  /** At least one; one of every kind of file that the codec takes is best. */
  readonly samples: readonly CodecSample[];
  /** Files of others, which `probe` has to refuse. Some that are no audio are always tried. */
  readonly foreign?: readonly NamedBytes[];
  readonly declares?: CodecDeclarations;
  /** Of `createDecoder`: the suite is run once for each backend. */
  readonly decoder?: DecoderOptions;
  /**
   * Every one has to be taken. Default: int16 with one and two channels, at two rates if the codec takes two; and int32 of 24 bits and
   * float32 unless it refuses them with a code.
   */
  readonly encodings?: readonly EncodingCase[];
  /** What is random is the same with every run; another number gives other trials. Default 1. */
  readonly seed?: number;
  /** Damaged copies of every sample. Default 60. */
  readonly damageTrials?: number;
  /** No pass over a sample, whatever was done to it, may take longer. Default 20,000. */
  readonly timeLimitMs?: number;
}

const DEFAULT_TRIALS = 60;
const DEFAULT_TIME_LIMIT_MS = 20_000;

/** The codec under test, with all that laws share: what is made once is kept. */
export class Subject {
  readonly codec: Codec;
  readonly options: CodecTestOptions;
  readonly samples: readonly Sample[];
  readonly damageTrials: number;
  readonly timeLimitMs: number;

  /** @throws {TypeError} without a sample, or with an empty one. */
  constructor(codec: Codec, options: CodecTestOptions) {
    if (options.samples.length === 0) throw new TypeError('a codec is tested with one sample at least');
    const empty = options.samples.find(({ bytes }) => bytes.length === 0);
    if (empty) throw new TypeError(`the sample ${empty.name} is empty`);
    this.codec = codec;
    this.options = options;
    this.damageTrials = options.damageTrials ?? DEFAULT_TRIALS;
    this.timeLimitMs = options.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS;
    this.samples = options.samples.map((sample) => new Sample(this, sample));
  }

  /** @param purpose  Gives each use numbers of its own, whatever ran before. */
  random(purpose: string) {
    return seededRandom(`${this.options.seed ?? 1} ${purpose}`);
  }
}

/** A sample, and what the codec makes of it. */
export class Sample implements NamedBytes {
  readonly name: string;
  readonly hasChecksums: boolean;
  readonly #subject: Subject;
  readonly #bytes: Uint8Array;
  #taken: Promise<Taken> | undefined;

  constructor(subject: Subject, { name, bytes, checksums }: CodecSample) {
    this.name = name;
    this.hasChecksums = checksums ?? subject.options.declares?.checksums ?? false;
    this.#subject = subject;
    // A Buffer of Node is none that `slice` would copy.
    this.#bytes = new Uint8Array(bytes);
  }

  /** A copy: what one test does to it no other sees. */
  get bytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /** What `ingest` gives of it as a whole. */
  taken(): Promise<Taken> {
    const { codec, timeLimitMs } = this.#subject;
    this.#taken ??= takeEvents(codec.ingest(pieces(this)), timeLimitMs);
    return this.#taken;
  }

  /** Its streams that could be taken; at least one. */
  async streams(): Promise<readonly TakenStream[]> {
    const { streams } = await this.taken();
    if (streams.length === 0) throw new TypeError(`the codec takes no stream of the sample ${this.name}`);
    return streams;
  }
}

export const packetsOf = ({ rows }: TakenStream) => rows.length / INDEX_WIDTH;
