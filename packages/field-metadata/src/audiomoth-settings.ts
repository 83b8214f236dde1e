import { gainOf } from './audiomoth';
import type { Filter, Trigger, Values } from './types';

/**
 * The GUANO field `OAD|Recording Settings` of an AudioMoth.
 *
 *     48000 GAIN 2 FREQ 4000 256 0.5% 3 BPF 1000 8000 LGR D48 ESM
 *     rate         centre Hz, window, threshold, s    or AMP threshold s; LPF, HPF one frequency
 *
 * @see AudioMoth-Firmware-Basic 1.11, `writeGuanoData` in main.c
 */
export function parseAudioMothSettings(text: string): Partial<Values> {
  const words = text.slice(0, 256).split(' ');
  const after = (name: string, count: number): string[] | undefined => {
    const at = words.indexOf(name);
    return at < 0 || at + count >= words.length ? undefined : words.slice(at + 1, at + 1 + count);
  };
  const gain = gainOf(after('GAIN', 1)?.[0]);
  const filter = filterOf(after('LPF', 1), after('HPF', 1), after('BPF', 2));
  const trigger = frequencyTrigger(after('FREQ', 4)) ?? amplitudeTrigger(after('AMP', 2));
  return { ...(gain && { gain }), ...(filter && { filter }), ...(trigger && { trigger }) };
}

function filterOf(low: string[] | undefined, high: string[] | undefined, band: string[] | undefined) {
  const numbers = [...(low ?? high ?? band ?? [])].map(Number);
  if (numbers.length === 0 || numbers.some(Number.isNaN)) return undefined;
  if (low) return { kind: 'low-pass', highHz: numbers[0]! } satisfies Filter;
  if (high) return { kind: 'high-pass', lowHz: numbers[0]! } satisfies Filter;
  return { kind: 'band-pass', lowHz: numbers[0]!, highHz: numbers[1]! } satisfies Filter;
}

function amplitudeTrigger(words: string[] | undefined): Trigger | undefined {
  const threshold = words && thresholdOf(words[0]!);
  const minimumSeconds = Number(words?.[1]);
  return threshold && { kind: 'amplitude', threshold, ...(minimumSeconds >= 0 && { minimumSeconds }) };
}

function frequencyTrigger(words: string[] | undefined): Trigger | undefined {
  const threshold = words && thresholdOf(words[2]!);
  const [centreHz, windowSamples, , minimumSeconds] = (words ?? []).map(Number);
  if (!threshold || !(centreHz! >= 0) || !(windowSamples! >= 0) || !(minimumSeconds! >= 0)) return undefined;
  return {
    kind: 'frequency',
    threshold,
    minimumSeconds: minimumSeconds!,
    centreHz: centreHz!,
    windowSamples: windowSamples!,
  };
}

function thresholdOf(word: string): Trigger['threshold'] {
  const match = /^(-?\d{1,5}(?:\.\d{1,6})?)(%|dB)?$/.exec(word);
  if (!match) return undefined;
  return { value: Number(match[1]), ...(match[2] !== undefined && { unit: match[2] as '%' | 'dB' }) };
}
