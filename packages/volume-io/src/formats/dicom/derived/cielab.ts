/** Linear sRGB to XYZ under D50: IEC 61966-2-1, adapted by Bradford as in the profile of the ICC. */
const TO_XYZ = [
  [0.4360747, 0.3850649, 0.1430804],
  [0.2225045, 0.7168786, 0.0606169],
  [0.0139322, 0.0971045, 0.7141733],
] as const;
const D50 = [0.9642, 1, 0.8249] as const;

/**
 * A colour as DICOM has it (PS3.3, C.10.7.1.1): CIELab under D50, L from 0 to 100 and a and b from -128
 * to 127 as 0 to 65535.
 *
 * @param color red, green, blue, 0–255, of sRGB
 */
export function cielabOf(color: readonly [number, number, number]): readonly number[] {
  const linear = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [x, y, z] = TO_XYZ.map((row, i) => {
    const t = row.reduce((sum, weight, k) => sum + weight * linear[k]!, 0) / D50[i]!;
    return t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29;
  }) as [number, number, number];
  const stored = [(116 * y - 16) / 100, (500 * (x - y) + 128) / 255, (200 * (y - z) + 128) / 255];
  return stored.map((share) => Math.round(65535 * Math.min(1, Math.max(0, share))));
}
