export * from './codec';
export * from './decode-job';
export * from './errors';
export * from './json';
export * from './pcm';
export * from './registry';
export * from './source';
export * from './tasks';
