import { require, requireEqual } from '../compare';
import type { Law } from '../law';
import { checkRows } from '../row-rules';

export const rowsLaw: Law = {
  name: 'rows',
  says: 'events come in order, and blob, rows and summary of a stream agree',
  tests: ({ codec, samples }) =>
    samples.map((sample) => ({
      title: sample.name,
      run: async () => {
        const { violations } = await sample.taken();
        require(violations.length === 0, violations.join('; '));
        for (const stream of await sample.streams()) {
          checkRows(codec, stream);
          if (stream.verbatim) requireEqual(stream.blob, sample.bytes, 'a blob that is said to be the source');
        }
      },
    })),
};
