import { once } from 'node:events';
import type { RecordingInfo } from 'zarr-audio';

/** Writes to standard output, as slowly as its reader takes it; nothing once there is no reader any more. */
export async function print(text: string | Uint8Array): Promise<void> {
  if (process.stdout.destroyed || process.stdout.errored) return;
  if (!process.stdout.write(text)) await once(process.stdout, 'drain').catch(() => undefined);
}

export async function printJson(value: unknown): Promise<void> {
  await print(`${JSON.stringify(value)}\n`);
}

/** `1:02:03.456` */
export function clockTime(samples: number, sampleRate: number): string {
  const milliseconds = Math.round((samples / sampleRate) * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const hours = Math.floor(milliseconds / 3_600_000);
  const rest = milliseconds % 3_600_000;
  return `${hours}:${two(rest / 60_000)}:${two((rest % 60_000) / 1000)}.${String(rest % 1000).padStart(3, '0')}`;
}

/** One short line: a file may hold anything, also what moves the cursor of a terminal. */
export function printable(text: string, maxChars = 100): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
  return plain.length > maxChars ? `${plain.slice(0, maxChars)}...` : plain;
}

export const kibibytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;

/** What a line on standard error may be long: messages hold paths. */
const MAX_TOLD_CHARS = 8_000;

/** A line on standard error. */
export function tell(line: string): void {
  process.stderr.write(`${printable(line, MAX_TOLD_CHARS)}\n`);
}

/** A recording in one line, for people. */
export function summaryLine(info: RecordingInfo): string {
  const size = kibibytes(info.blobBytes);
  const damage = info.repairs.length > 0 ? `  ${info.repairs.length} repair(s)` : '';
  const stream = info.source.stream > 0 ? ` #${info.source.stream}` : '';
  const length = clockTime(info.totalSamples, info.sampleRate);
  const start = info.startTime === null ? '' : `${printable(info.startTime)}  `;
  return `${info.id}  ${info.codec}  ${info.channels} ch  ${length}  ${size}  ${start}${printable(info.source.file, 300)}${stream}${damage}\n`;
}
