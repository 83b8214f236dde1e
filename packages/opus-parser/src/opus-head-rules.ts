/** Called with what is wrong; throws what the caller wants thrown. */
export type Fail = (field: string, byteOffset: number, what: string) => never;

/** Offsets in the packet. RFC 7845 §5.1, figure 2; §5.1.1, figure 3 */
export const OFFSET = {
  version: 8,
  channels: 9,
  preSkip: 10,
  inputSampleRate: 12,
  outputGainQ8: 16,
  mappingFamily: 18,
  streamCount: 19,
  coupledCount: 20,
  /** The channel mapping, or the demixing matrix of family 3. */
  table: 21,
} as const;

/** An output channel that is always silent. RFC 7845 §5.1.1 */
const SILENT = 255;
const MAX_DECODED_CHANNELS = 255;

export const FAMILY_DEMIXING = 3;

/** The upper four bits are the major version: 0 is all that there is. */
export function checkVersion(version: number, fail: Fail): void {
  if (version > 15) fail('version', OFFSET.version, `is ${version}, of a major version that is not known`);
}

/** How many channels a family can have. Families that are not assigned: as 255. RFC 7845 §5.1.1, RFC 8486 §3.3 */
export function checkChannels(channels: number, family: number, fail: Fail): void {
  const refuse = (allowed: string): never =>
    fail('channels', OFFSET.channels, `is ${channels}; mapping family ${family} has ${allowed}`);
  if (channels === 0) refuse('at least 1');
  if (family === 0 && channels > 2) refuse('1 or 2');
  if (family === 1 && channels > 8) refuse('1 to 8');
  if ((family === 2 || family === FAMILY_DEMIXING) && !isAmbisonic(channels)) refuse('(1 + n)^2, or 2 more');
}

/** Orders 0 to 14, with or without two non-diegetic channels. RFC 8486 §3.3 */
function isAmbisonic(channels: number): boolean {
  const order = Math.floor(Math.sqrt(channels)) - 1;
  const extra = channels - (order + 1) ** 2;
  return order <= 14 && (extra === 0 || extra === 2);
}

export function checkStreams(streamCount: number, coupledCount: number, fail: Fail): void {
  if (streamCount === 0) fail('streamCount', OFFSET.streamCount, 'is 0: a packet holds at least one stream');
  if (coupledCount > streamCount) {
    fail('coupledCount', OFFSET.coupledCount, `is ${coupledCount}, more than the ${streamCount} streams`);
  }
  if (streamCount + coupledCount > MAX_DECODED_CHANNELS) {
    fail('coupledCount', OFFSET.coupledCount, `is ${coupledCount}: with ${streamCount} streams over 255 channels`);
  }
}

export function checkMapping(mapping: ArrayLike<number>, decodedChannels: number, fail: Fail): void {
  for (let channel = 0; channel < mapping.length; channel++) {
    const index = mapping[channel]!;
    if (index !== SILENT && index >= decodedChannels) {
      const what = `has ${index} for channel ${channel}, where ${decodedChannels} channels are decoded`;
      fail('channelMapping', OFFSET.table + channel, what);
    }
  }
}
