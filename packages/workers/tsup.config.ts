import { preset } from '../../tsup.preset';

export default preset({ index: 'src/index.ts', serve: 'src/serve.ts', node: 'src/node.ts' });
