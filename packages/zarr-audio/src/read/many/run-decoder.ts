import { DECODE_TASK, type DecodeJob, errorCode, type PcmData, runDecodeJob } from '@zarr-audio/codec';
import type { PlannedDecoder } from '../range-parts';
import type { ManySource } from './many-source';
import { decodeJob, type PacketRun } from './packet-run';

/** Decoding here lets others have their turn after so many milliseconds. */
const TURN_MS = 10;

/** Decodes runs of packets, elsewhere if there is somewhere. */
export class RunDecoder {
  /** The decoder here: runs have to be planned for it. */
  readonly plannedFor: PlannedDecoder;
  readonly maxPacketFrames: number;
  readonly #source: ManySource;
  readonly #backend: string | undefined;
  #tasks: ManySource['tasks'];
  #turnedAt = performance.now();

  private constructor(
    source: ManySource,
    backend: string | undefined,
    plannedFor: PlannedDecoder,
    maxPacketFrames: number,
  ) {
    this.#source = source;
    this.#backend = backend;
    this.plannedFor = plannedFor;
    this.maxPacketFrames = maxPacketFrames;
    this.#tasks = source.tasks;
  }

  /** @throws what `Codec.createDecoder` throws. */
  static async create(source: ManySource, choice: string | undefined): Promise<RunDecoder> {
    const { codec, description } = source.parts;
    const decoder = await codec.createDecoder(description, { backend: choice });
    const { backend, exact, maxPacketFrames } = decoder;
    decoder.free();
    return new RunDecoder(source, choice, { backend, exact }, maxPacketFrames);
  }

  /**
   * @param bytes  Of the run, from its first packet on.
   * @throws what `runDecodeJob` and `TaskRunner.run` throw.
   */
  async decode(run: PacketRun, bytes: Uint8Array, signal: AbortSignal): Promise<PcmData> {
    if (this.#tasks) {
      try {
        return await this.#decodeThere(this.#tasks, run, bytes.slice(), signal);
      } catch (error) {
        if (errorCode(error) !== 'DECODER_DIFFERS') throw error;
        // It gives other samples than a read here would, or needs other pre-roll: now and for all runs to come.
        this.#tasks = undefined;
      }
    }
    if (performance.now() - this.#turnedAt > TURN_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      this.#turnedAt = performance.now();
    }
    signal.throwIfAborted();
    return runDecodeJob(this.#source.parts.codec, this.#job(run, bytes));
  }

  async #decodeThere(
    tasks: NonNullable<ManySource['tasks']>,
    run: PacketRun,
    bytes: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<PcmData> {
    const transfer = [bytes.buffer];
    return (await tasks.run(this.#source.parts.codec.id, DECODE_TASK, this.#job(run, bytes), {
      signal,
      transfer,
    })) as PcmData;
  }

  #job(run: PacketRun, bytes: Uint8Array): DecodeJob {
    return decodeJob(this.#source.parts, run, bytes, { backend: this.#backend, plannedFor: this.plannedFor });
  }
}
