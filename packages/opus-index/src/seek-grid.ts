import { SEEK_WIDTH, UNMEASURED } from '@zarr-audio/codec';
import { RowBuilder } from '@zarr-audio/packet-index';
import type { SeekPointBuilder } from './seek-point-builder';
import { SAMPLE_RATE } from './timing';

const ROW_SAMPLES = 2 * SAMPLE_RATE;
const PRE_ROLL_SAMPLES = SAMPLE_RATE;

/**
 * A fixed grid, nothing measured: every 2 s a row whose `packet` is 1 s before its `from`. A read is then the same
 * wherever it starts, though not that of a sequential decode.
 */
export class SeekGrid implements SeekPointBuilder {
  readonly attributes = {};
  readonly #rows = new RowBuilder(SEEK_WIDTH);
  #packets = 0;
  #expected = 0;
  #lastPacket = -1;
  /** First packet at or after the next row's pre-roll, once it was seen. */
  #reset = -1;
  #resetSample = 0;
  #next = ROW_SAMPLES;

  add(_bytes: Uint8Array, _start: number, _end: number, cumStart: number, samples: number): void {
    const packet = this.#packets++;
    const hole = cumStart > this.#expected;
    this.#expected = cumStart + samples;
    if (packet === 0 || hole) {
      this.#push(packet, packet, 0);
      this.#next = Math.max(this.#next, Math.floor(cumStart / ROW_SAMPLES + 1) * ROW_SAMPLES);
      this.#reset = -1;
      return;
    }
    if (this.#reset < 0 && cumStart >= this.#next - PRE_ROLL_SAMPLES) {
      this.#reset = packet;
      this.#resetSample = cumStart;
    }
    if (cumStart < this.#next) return;
    const hasPreRoll = this.#reset > this.#lastPacket && this.#resetSample <= cumStart - PRE_ROLL_SAMPLES + samples;
    if (hasPreRoll) this.#push(this.#reset, packet, UNMEASURED);
    this.#next = Math.floor(cumStart / ROW_SAMPLES + 1) * ROW_SAMPLES;
    this.#reset = -1;
  }

  drain(): undefined {}

  take(): Float64Array {
    return this.#rows.take();
  }

  async finish(): Promise<void> {}

  free(): void {}

  #push(packet: number, from: number, maxDiff: number): void {
    const at = this.#rows.reserve();
    this.#rows.buffer.set([packet, from, maxDiff], at);
    this.#lastPacket = packet;
  }
}
