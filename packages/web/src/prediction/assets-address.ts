/** The address of the folder of TensorFlow.js's .wasm files, in a page also one beside the page's own. */
export function assetsAddress(assets: string | URL): string {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  const { href } = new URL(assets, location?.href);
  return href.endsWith('/') ? href : `${href}/`;
}
