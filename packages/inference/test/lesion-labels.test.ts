import { createVolume, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { listLesions, postprocess, type Quantities, type Quantity } from '../src/index.ts';

/** Slices of rows of digits; anything but a digit is background. */
function labelsOf(
  slices: readonly (readonly string[])[],
  spacing: readonly [number, number, number] = [1, 1, 1],
): Volume<Uint8Array> {
  const data = slices.flatMap((rows) => rows.flatMap((row) => [...row].map((c) => Number(c) || 0)));
  const shape = [slices.length, slices[0]!.length, slices[0]![0]!.length];
  return createVolume(ndarray(Uint8Array.from(data), shape), { spacing });
}

const rowsOf = ({ voxels }: Volume<Uint8Array>): string[][] => {
  const [slices, rows, columns] = voxels.shape as [number, number, number];
  return Array.from({ length: slices }, (_, s) =>
    Array.from({ length: rows }, (_, r) =>
      Array.from({ length: columns }, (_, c) => voxels.get(s, r, c) || '.').join(''),
    ),
  );
};

describe('postprocess', () => {
  const three = labelsOf([['11..2', '11...', '....1', '..22.']], [2, 0.5, 1]);

  it('takes lesions below a number of voxels away', () => {
    expect(rowsOf(postprocess(three, { minimumVoxels: 2 }))).toEqual([
      ['11...', '11...', '.....', '..22.'],
    ]);
    expect(rowsOf(postprocess(three, { minimumVoxels: 1 }))).toEqual(rowsOf(three));
  });

  it('takes lesions below a volume away, by the spacing', () => {
    // Each voxel is 1 mm³.
    expect(rowsOf(postprocess(three, { minimumVolume: 2.5 }))).toEqual([
      ['11...', '11...', '.....', '.....'],
    ]);
    expect(rowsOf(postprocess(three, { minimumVolume: 4 }))[0]![0]).toBe('11...');
    expect(
      rowsOf(postprocess(three, { minimumVolume: 4.1 }))
        .flat()
        .join(''),
    ).not.toMatch(/[12]/);
  });

  it('joins by corners unless told otherwise', () => {
    const diagonal = labelsOf([['1..', '.1.', '...']]);
    expect(rowsOf(postprocess(diagonal, { minimumVoxels: 2 }))).toEqual([['1..', '.1.', '...']]);
    expect(rowsOf(postprocess(diagonal, { minimumVoxels: 2, connectivity: 6 }))).toEqual([
      ['...', '...', '...'],
    ]);
  });

  it('fills what a class encloses on all sides, and nothing else', () => {
    const ring = labelsOf([['.....', '.111.', '.1.1.', '.111.', '.....']]);
    expect(rowsOf(postprocess(ring, { fillHoles: true }))[0]![2]).toBe('.111.');
    expect(rowsOf(postprocess(ring, {}))[0]![2]).toBe('.1.1.');
    const open = labelsOf([['.111.', '.1.1.', '.1.1.']]);
    expect(rowsOf(postprocess(open, { fillHoles: true }))).toEqual(rowsOf(open));
    // In a volume a ring in one slice is open above and below.
    const empty = ['.....', '.....', '.....', '.....', '.....'];
    const tube = labelsOf([empty, ['.....', '.111.', '.1.1.', '.111.', '.....'], empty]);
    expect(rowsOf(postprocess(tube, { fillHoles: true }))).toEqual(rowsOf(tube));
  });

  it('fills before it measures, and leaves other classes within alone', () => {
    const ring = labelsOf([['1111', '12.1', '1111']]);
    expect(rowsOf(postprocess(ring, { fillHoles: true, minimumVoxels: 11 }))).toEqual([
      ['1111', '1.11', '1111'],
    ]);
  });

  it('writes to nothing that it was given', () => {
    const before = [...three.voxels.data];
    postprocess(three, { minimumVoxels: 100, fillHoles: true });
    expect([...three.voxels.data]).toEqual(before);
  });

  it('takes views', () => {
    const flipped = { ...three, voxels: three.voxels.step(1, -1, 1) };
    expect(rowsOf(postprocess(flipped, { minimumVoxels: 2 }))).toEqual([
      ['..22.', '.....', '11...', '11...'],
    ]);
  });

  it('refuses sizes below 0', () => {
    expect(() => postprocess(three, { minimumVolume: -1 })).toThrow(
      '`minimumVolume` must be 0 or more, got -1',
    );
    expect(() => postprocess(three, { minimumVoxels: Number.NaN })).toThrow('got NaN');
  });
});

describe('listLesions', () => {
  // In LPS orientation by the affine: column steps 0.5 mm to −x, row steps 2 mm to −y, slices 3 mm to +z.
  const affine = [-0.5, 0, 0, 100, 0, -2, 0, 50, 0, 0, 3, -20, 0, 0, 0, 1];
  const { voxels } = labelsOf([
    ['.1..', '.1..', '...2'],
    ['.1..', '....', '...1'],
  ]);
  const labels = createVolume(voxels, { affine });

  it('measures each lesion of each class', () => {
    const of = (quantity: Quantity) =>
      Float32Array.from(voxels.data, (label, i) => {
        if (quantity === 'entropy') return i / 10;
        if (quantity === 'disagreement') return i / 20;
        return label === quantity ? i / 100 : 0;
      });
    const prediction: Quantities = {
      members: 2,
      *slabs(quantity) {
        const values = of(quantity);
        for (const first of [0, 1])
          yield { first, values: values.subarray(12 * first, 12 * (first + 1)) };
      },
    };
    const [first, second, third, ...others] = listLesions(labels, { prediction });
    expect(others).toEqual([]);
    expect(first).toMatchObject({ number: 1, class: 1, voxels: 3, slices: [0, 1] });
    expect(first!.volumeMl).toBeCloseTo((3 * 3) / 1000, 12);
    expect(first!.centroidVoxel).toBeAllclose([1 / 3, 1 / 3, 1]);
    expect(first!.centroidMm).toBeAllclose([99.5, 50 - 2 / 3, -19]);
    expect(first!.boxVoxel).toEqual({ first: [0, 0, 1], last: [1, 1, 1] });
    expect(first!.boxMm.least).toBeAllclose([99.25, 47, -21.5]);
    expect(first!.boxMm.greatest).toBeAllclose([99.75, 51, -15.5]);
    // In slice 0 one pixel wide and two high: 0.5 mm by 4 mm.
    expect(first!.longestDiameterMm).toBeCloseTo(Math.hypot(0.5, 4), 12);
    expect(first!.meanProbability).toBeCloseTo((0.01 + 0.05 + 0.13) / 3, 6);
    expect(first!.meanEntropy).toBeCloseTo((0.1 + 0.5 + 1.3) / 3, 6);
    expect(first!.meanDisagreement).toBeCloseTo((0.1 + 0.5 + 1.3) / 6, 6);
    const alone = listLesions(labels, { prediction: { ...prediction, members: 1 } });
    expect(alone[0]).toMatchObject({ meanDisagreement: null, meanEntropy: first!.meanEntropy });
    expect(second).toMatchObject({ number: 2, class: 1, voxels: 1, slices: [1, 1] });
    expect(third).toMatchObject({ number: 3, class: 2, voxels: 1, boxVoxel: { first: [0, 2, 3] } });
  });

  it('says null for what was not given', () => {
    expect(listLesions(labels)[0]).toMatchObject({
      ...{ meanProbability: null, meanEntropy: null, meanDisagreement: null },
    });
  });

  it('lists nothing where nothing is', () => {
    expect(listLesions(labelsOf([['..', '..']]))).toEqual([]);
  });

  it('finds the longest of all distances between corners', () => {
    const shape = ['..11....', '.1111...', '.111111.', '...1.11.', '...1....', '..11....'];
    const volume = labelsOf([shape], [1, 1.5, 0.7]);
    const corners: [number, number][] = [];
    for (const [row, line] of shape.entries()) {
      for (const [column, c] of [...line].entries()) {
        if (c !== '1') continue;
        for (const y of [row, row + 1]) for (const x of [column, column + 1]) corners.push([y, x]);
      }
    }
    const distances = corners.flatMap(([y, x]) =>
      corners.map(([v, u]) => Math.hypot((y - v) * 1.5, (x - u) * 0.7)),
    );
    expect(listLesions(volume)[0]!.longestDiameterMm).toBeCloseTo(Math.max(...distances), 12);
  });
});
