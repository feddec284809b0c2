/** Rows `top` to `bottom` and columns `left` to `right`; the ends are not part of it. */
export interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}
