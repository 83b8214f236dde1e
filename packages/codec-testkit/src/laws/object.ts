import type { Codec } from '@zarr-audio/codec';
import { require, requireEqual } from '../compare';
import { checkDescription, isCount } from '../description-rules';
import type { Law } from '../law';

const METHODS = ['probe', 'ingest', 'scan', 'packets', 'describe', 'createDecoder', 'decodePlan'] as const;

export const objectLaw: Law = {
  name: 'object',
  says: 'a codec is a plain object that says what it is and what it can',
  tests: ({ codec, samples }) => [
    {
      title: 'its fields are those of the contract',
      run: async () => checkObject(codec),
    },
    ...samples.map((sample) => ({
      title: `the streams of ${sample.name} are described by plain data, within the capabilities`,
      run: async () => {
        for (const { description } of await sample.streams()) {
          checkDescription(codec, description, `the description of ${sample.name}`);
        }
      },
    })),
  ],
};

function checkObject(codec: Codec): void {
  require(Object.getPrototypeOf(codec) === Object.prototype, 'a codec is a plain object, not of a class');
  require(/^[a-z][a-z0-9]*$/.test(codec.id), `the id '${codec.id}' can't name an array: [a-z][a-z0-9]*`);
  for (const name of METHODS) require(typeof codec[name] === 'function', `${name} is not a function`);
  const { sampleRates, maxChannels, lossless, encode } = codec.capabilities;
  const areRates = sampleRates === null || (sampleRates.length > 0 && sampleRates.every((rate) => rate > 0));
  require(areRates, 'capabilities.sampleRates is null or a list of rates in Hz');
  require(isCount(maxChannels) && maxChannels > 0, 'capabilities.maxChannels is a whole number, 1 at least');
  require(typeof lossless === 'boolean' && typeof encode === 'boolean', 'lossless and encode are true or false');
  const canEncode = typeof codec.encode === 'function' && typeof codec.planEncoding === 'function';
  require(canEncode === encode, 'encode and planEncoding are there exactly if capabilities.encode says so');
  require(typeof codec.hasSeekPoints === 'boolean', 'hasSeekPoints is true or false');
  require(isCount(codec.fastPreRoll), 'fastPreRoll is a whole number of samples');
  requireEqual(structuredClone(codec.capabilities), codec.capabilities, 'capabilities are plain data');
}
