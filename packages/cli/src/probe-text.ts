import type { Repair } from '@zarr-audio/codec';
import type { ImportFailure, SourceReport, StreamReport } from 'zarr-audio';
import { adviceFor, faultText } from './advice';
import { clockTime, kibibytes, printable } from './output';

/** More repairs of one stream are counted, not listed. */
const MAX_REPAIRS = 20;
/** Where packets are put that can't stay where they are, by codec. */
const OWN_FILE: Readonly<Record<string, string>> = { opus: 'Ogg', flac: 'a FLAC file' };

/**
 * A report for people: what the file is, what an import would do with it, what is wrong with it and what to do.
 *
 * @param asked  The codec that was asked for.
 */
export function reportText(report: SourceReport, file: string, asked?: string): string {
  const { bytes, container, codec, streams, error } = report;
  const what = [container, codec, bytes === null ? null : kibibytes(bytes)].filter((text) => text !== null);
  const lines = [`${printable(file)}: ${what.join(', ') || 'not opened'}`];
  for (const stream of streams) lines.push(...streamLines(stream, asked).map((line) => `  ${line}`));
  const isTold = streams.some((stream) => stream.status === 'fail' && stream.error === error);
  if (error && !isTold) lines.push(...failureLines('an import refuses it', error, asked).map((line) => `  ${line}`));
  return `${lines.join('\n')}\n`;
}

function streamLines(stream: StreamReport, asked?: string): string[] {
  const title = `stream ${stream.stream}: ${factsText(stream)}`;
  if (stream.status === 'fail') return [title, ...indented(failureLines('can not be imported', stream.error, asked))];
  const lines: string[] = [];
  if (stream.action === 'keep') {
    const { preSkip, gaps, trims, verbatim } = stream;
    const details = stream.codec === 'opus' ? [`pre-skip ${preSkip}`] : [];
    if (gaps.length > 0) details.push(`${gaps.length} gap(s) of ${sum(gaps.map(({ samples }) => samples))} samples`);
    if (trims.length > 0) details.push(`${trims.length} trim(s) of ${sum(trims.map(([, count]) => count))} samples`);
    lines.push(verbatim ? 'kept byte for byte' : `kept: the same packets, in ${OWN_FILE[stream.codec]} of their own`);
    if (details.length > 0) lines.push(details.join(', '));
  } else {
    const { codec, sampleRate, options, totalSamples, recordingSampleRate } = stream.encoding;
    const settings = Object.entries(options).map(([key, value]) => `${key} ${value}`);
    const how = options.ultrasonic === 'reinterpret' ? 'taken for' : 'resampled to';
    const rate = sampleRate === stream.sampleRate ? '' : `${how} ${sampleRate} Hz and `;
    lines.push(`${rate}encoded as ${[codec, ...settings].join(', ')}`);
    if (totalSamples !== null) lines.push(`the recording has ${totalSamples} samples at ${recordingSampleRate} Hz`);
  }
  const tags = Object.entries(stream.tags).map(([key, value]) => `${key}=${value}`);
  if (tags.length > 0) lines.push(printable(`tags: ${tags.join(', ')}`));
  return [title, ...indented([...lines, ...repairLines(stream.repairs)])];
}

function factsText(stream: StreamReport): string {
  const { codec, channels, sampleRate } = stream;
  if (codec === undefined || sampleRate === undefined) return 'unknown';
  const facts = [codec, `${channels} channel(s)`, `${sampleRate} Hz`];
  if (stream.status === 'fail') return facts.join(', ');
  if (stream.action === 'encode') facts.push(`${stream.bitsPerSample} bits`);
  const { totalSamples } = stream;
  if (totalSamples !== null) facts.push(`${clockTime(totalSamples, sampleRate)} (${totalSamples} samples)`);
  if (stream.action === 'keep') facts.push(`${stream.packets} packets`);
  return facts.join(', ');
}

function repairLines(repairs: readonly Repair[]): string[] {
  const lines = repairs.slice(0, MAX_REPAIRS).map(faultText);
  const more = repairs.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

function failureLines(what: string, error: ImportFailure, asked?: string): string[] {
  const advice = adviceFor(error.code, asked);
  return [`${what}: ${error.code}: ${error.message}`, ...(advice ? [`what to do: ${advice}`] : [])];
}

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
