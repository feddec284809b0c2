import { PbfReader } from 'pbf';

/**
 * The metadata of an ONNX file: free text by name, as `exportOnnx` wrote it. Weights are passed over.
 *
 * @throws Error where the bytes are no protobuf message.
 */
export function readOnnxMetadata(file: Uint8Array): Map<string, string> {
  try {
    return new PbfReader(file).readFields(readModel, new Map<string, string>());
  } catch (cause) {
    throw new Error('`readOnnxMetadata`: the bytes are no ONNX file, or a damaged one.', { cause });
  }
}

function readModel(field: number, metadata: Map<string, string>, pbf: PbfReader): void {
  if (field !== 14) return;
  const property = pbf.readMessage(readProperty, { key: '', value: '' });
  metadata.set(property.key, property.value);
}

function readProperty(field: number, property: { key: string; value: string }, pbf: PbfReader) {
  if (field === 1) property.key = pbf.readString();
  if (field === 2) property.value = pbf.readString();
}
