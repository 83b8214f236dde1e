import { describe, it } from 'vitest';
import { testCodec } from '../src/index';
import { referenceCodec } from '../src/reference-codec';
import { SAMPLES } from './reference-file';

testCodec({ describe, it }, referenceCodec(), { samples: SAMPLES, declares: { checksums: true } });
