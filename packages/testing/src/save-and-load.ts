import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';

/** Saves a model to JSON text and weight bytes and loads it from those alone. */
export async function saveAndLoad(model: LayersModel): Promise<LayersModel> {
  let saved: io.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const { modelTopology, weightSpecs, weightData, userDefinedMetadata } = saved!;
  const json = JSON.parse(JSON.stringify({ modelTopology, weightSpecs, userDefinedMetadata }));
  return loadLayersModel(io.fromMemory({ ...json, weightData: weightData! }));
}
