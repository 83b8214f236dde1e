import { defineConfig } from 'vite';

/** A worker with modules of its own, some loaded when needed, is itself a module. */
export default defineConfig({ worker: { format: 'es' } });
