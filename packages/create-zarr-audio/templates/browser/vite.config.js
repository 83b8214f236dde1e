import { defineConfig } from 'vite';

export default defineConfig({
  // Addresses without a leading slash: the page can lie in any folder.
  base: './',
  // main.js awaits at its top level. Codecs are loaded when they are needed, the largest has 750 kB.
  build: { target: 'es2022', chunkSizeWarningLimit: 1000 },
});
