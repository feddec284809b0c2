export {
  type CentroidMaps,
  type DecodeCentroidsOptions,
  type DecodedCentroids,
  decodeCentroids,
  type FoundObject,
} from './decode-centroids.ts';
export { type EncodeCentroidsOptions, encodeCentroids } from './encode-centroids.ts';
