// npm run test:examples: what stands in examples/, on packages as they would be published.
import './setup.mjs';
import { testExamples } from './example-tests.mjs';

const { passed, failed } = testExamples();
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
