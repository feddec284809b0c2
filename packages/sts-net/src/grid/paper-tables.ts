/** A row of one of the paper's tables. */
interface PaperRow {
  /** As the paper names it. */
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Per cent, in the order of `paperScores`; null where the paper does not print one. */
  readonly scores: readonly (number | null)[];
}

export interface PaperTable {
  readonly title: string;
  readonly rows: readonly PaperRow[];
  /** The row that others are tested against. */
  readonly reference: number;
  /** What must be known to read the paper's numbers. */
  readonly notes: readonly string[];
}

/** The scores that the paper prints, by its own protocol. */
export const paperScores = ['mDice', 'mIoU', 'jaccard', 'recall', 'precision'] as const;

export const tableNames = ['table5', 'table6', 'table7', 'table8', 'table9'] as const;
export type TableName = (typeof tableNames)[number];

const network = {
  encoder: 'resnext50_32x4d',
  decoder: 'deeplabv3',
  attention: 'esca',
  amplification: 4,
};
const row = (name: string, values: Record<string, unknown>, ...scores: (number | null)[]) => ({
  name,
  values: { ...network, ...values },
  scores,
});

const one =
  'The paper’s numbers are those of single trainings on 11 test patients, by the best epoch on them: differences of one or two points are within chance.';

/** Tables 5 to 9 of Zhao et al., Sci Rep 2025: what varies in each, and what the paper found. */
export const paperTables: Readonly<Record<TableName, PaperTable>> = {
  table5: {
    title: 'Table 5: encoders',
    rows: [
      row('MobileNetV2', { encoder: 'mobilenet_v2' }, 65.8, 62.06, 24.47, 26.67, 42.21),
      row('EfficientNet-b0', { encoder: 'efficientnet-b0' }, 70.52, 66.97, 34.23, 39.65, 49.42),
      row('DPN68', { encoder: 'dpn68' }, 71.35, 66.93, 34.16, 39.19, 55.38),
      row('ResNet50', { encoder: 'resnet50' }, 75.74, 71.98, 44.2, 51.03, 56.1),
      row('ResNeXt50-32x4d', {}, 79.82, 75.09, 50.43, 59.76, 70.57),
    ],
    reference: 4,
    notes: [
      one,
      'Its ResNeXt50 row is 79.82 here and 82.13 in Tables 6 to 9 for the same network: this table seems to have been made without the centre crops of method 4, and is not to be compared with the others.',
      'In its code ESCA is in ResNet50 and ResNeXt50 alone; here every encoder has it.',
    ],
  },
  table6: {
    title: 'Table 6: decoders',
    rows: [
      row('DeepLabV3+', { decoder: 'deeplabv3plus' }, 74.79, 70.99, 42.21, 49.75, 52.46),
      row('U-Net', { decoder: 'unet' }, 74.83, 71.42, 43.06, 46.84, 56.33),
      row('PAN', { decoder: 'pan' }, 75.12, 71.24, 42.7, 47.33, 57.28),
      row('UNet++', { decoder: 'unetplusplus' }, 75.34, 71.05, 42.34, 46.1, 60.67),
      row('DeepLabV3', {}, 82.13, 77.45, 55.12, 62.96, 68.56),
    ],
    reference: 4,
    notes: [one],
  },
  table7: {
    title: 'Table 7: amplification',
    rows: [
      row('none', { amplification: 'none' }, 77.34, 73.66, 47.55, 54.71, 59.33),
      row('method 1', { amplification: 1 }, 77.91, 74.1, 48.43, 54.16, 61.58),
      row('method 2', { amplification: 2 }, 79.33, 75.06, 50.35, 58.9, 64.37),
      row('method 3', { amplification: 3 }, 78.9, 74.63, 49.48, 56.47, 62.1),
      row('method 4', {}, 82.13, 77.45, 55.12, 62.96, 68.56),
    ],
    reference: 0,
    notes: [
      one,
      'The caption and the text of the table define method 3 differently; here it is as the documentation of `amplify` states.',
    ],
  },
  table8: {
    title: 'Table 8: components',
    rows: [
      row(
        'backbone',
        { attention: 'none', amplification: 'none' },
        ...[74.7, 70.96, null, null, 56.7],
      ),
      row('+ amplification', { attention: 'none' }, 75.84, 71.52, null, null, 61.99),
      row('+ ESCA', { amplification: 'none' }, 77.34, 73.66, null, null, 59.33),
      row('+ amplification + ESCA', {}, 82.13, 77.45, null, null, 68.56),
    ],
    reference: 0,
    notes: [
      one,
      'The text calls the first row U-Net; its numbers fit ResNeXt50 with DeepLabV3 and neither component, which is what it is here.',
      'ESCA has 15 parameters here, and is to gain 6.3 points over amplification alone: several seeds are needed before that is believed.',
    ],
  },
  table9: {
    title: 'Table 9: attention',
    rows: [
      row('CBAM', { attention: 'cbam' }, 70, 66.32, 32.88, 36.48, 48.45),
      row('SE', { attention: 'se' }, 75.03, 70.82, 41.91, 46.69, 62.06),
      row('none', { attention: 'none' }, 75.84, 71.52, 42.5, 46.52, 61.99),
      row('GCT', { attention: 'gct' }, 77.76, 74.01, 48.67, 55.4, 51.32),
      row('SRM', { attention: 'srm' }, 78.77, 74.53, 49.05, 56.1, 61.43),
      row('ESCA', {}, 82.13, 77.45, 55.12, 62.96, 68.56),
    ],
    reference: 2,
    notes: [
      one,
      'GCT’s precision does not fit its Jaccard and recall; 61.32 is likely meant. It is not to be used.',
    ],
  },
};
