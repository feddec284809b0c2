// The graphics adapter that WebGPU gives, as far as it is asked about.

interface Info {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly device?: string;
  readonly description?: string;
  readonly isFallbackAdapter?: boolean;
}

interface Adapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: Info;
}

interface Webgpu {
  requestAdapter(options: { powerPreference: string }): Promise<Adapter | null>;
}

/** WebGPU, where it is. */
export function webgpu(): Webgpu | undefined {
  return (globalThis.navigator as { gpu?: Webgpu } | undefined)?.gpu;
}

/** A graphics adapter. */
export interface GraphicsAdapter {
  /** What it calls itself. */
  readonly name: string;
  /** Whether it only imitates a graphics processor. */
  readonly isSoftware: boolean;
}

/** The fastest adapter that WebGPU gives; null if there is none, or no WebGPU. */
export async function graphicsAdapter(): Promise<GraphicsAdapter | null> {
  const adapter = await webgpu()
    ?.requestAdapter({ powerPreference: 'high-performance' })
    .catch(() => null);
  if (adapter == null) return null;
  const info = adapter.info ?? {};
  const words = [info.vendor, info.architecture, info.device, info.description].filter(Boolean);
  const isSoftware =
    adapter.isFallbackAdapter === true ||
    info.isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe|basic render|software/i.test(words.join(' '));
  return { name: words.join(' ') || 'gpu', isSoftware };
}
