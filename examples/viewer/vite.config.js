import { defineConfig } from 'vite';

// With threads where the browser has them: WebAssembly shares memory in isolated pages only.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  // Works in any folder of any host.
  base: './',
  worker: { format: 'es' },
  // Its worker is a file of its own.
  optimizeDeps: { exclude: ['@sts-net/web'] },
  // Vite's own minifier takes from TensorFlow.js what its threads need.
  build: { target: 'es2022', minify: 'esbuild', chunkSizeWarningLimit: 4000 },
  server: { headers },
  preview: { headers },
});
