export { WorkerError } from './errors';
export { createWorkerPool, type WorkerPool, type WorkerPoolOptions } from './worker-pool';
export type { NodeWorkerPort, WebWorkerPort, WorkerPort } from './worker-port';
