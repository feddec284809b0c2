import type { GraphBuilder } from '../graph/graph-builder.ts';

/** Natural logarithm of float32 values. */
export function logarithm(graph: GraphBuilder, x: string): string {
  const isOutside = () => graph.op('Less', [x, graph.scalar(0)]);
  return within(graph, graph.op('Log', [x]), isOutside);
}

/** Inverse hyperbolic cosine, of values from 1 on. */
export function acosh(graph: GraphBuilder, x: string): string {
  const isOutside = () => graph.op('Less', [x, graph.scalar(1)]);
  return within(graph, graph.op('Acosh', [x]), isOutside);
}

/** Inverse hyperbolic tangent, of values from −1 to 1. */
export function atanh(graph: GraphBuilder, x: string): string {
  const isOutside = () => graph.op('Greater', [graph.op('Abs', [x]), graph.scalar(1)]);
  return within(graph, graph.op('Atanh', [x]), isOutside);
}

/** NaN outside of a function's domain, where WebGPU's shading language leaves the result open. */
function within(graph: GraphBuilder, result: string, isOutside: () => string): string {
  if (!graph.webgpu) return result;
  return graph.op('Where', [isOutside(), graph.scalar(Number.NaN), result]);
}

/** log(1 + x), exact for small values too. */
export function log1p(graph: GraphBuilder, x: string): string {
  if (!graph.webgpu) {
    return inDouble(graph, x, (wide) => {
      const shifted = graph.op('Add', [wide, graph.scalar(1, 'float64')]);
      return graph.op('Log', [shifted]);
    });
  }
  // 2 artanh(x / (2 + x)) by its series (Abramowitz and Stegun, 4.1.27).
  const s = graph.op('Div', [x, graph.op('Add', [x, graph.scalar(2)])]);
  const square = graph.op('Mul', [s, s]);
  const series = polynomial(graph, square, [2, 2 / 3, 2 / 5, 2 / 7, 2 / 9]);
  const far = logarithm(graph, graph.op('Add', [x, graph.scalar(1)]));
  return nearZero(graph, x, graph.op('Mul', [s, series]), far);
}

/** exp(x) − 1, exact for small values too. */
export function expm1(graph: GraphBuilder, x: string): string {
  if (!graph.webgpu) {
    return inDouble(graph, x, (wide) =>
      graph.op('Sub', [graph.op('Exp', [wide]), graph.scalar(1, 'float64')]),
    );
  }
  const series = polynomial(graph, x, [1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040]);
  const far = graph.op('Sub', [graph.op('Exp', [x]), graph.scalar(1)]);
  return nearZero(graph, x, graph.op('Mul', [x, series]), far);
}

/** In double precision, where float32 would lose the small values. */
function inDouble(graph: GraphBuilder, x: string, emit: (wide: string) => string): string {
  return graph.castName(emit(graph.castName(x, 'float64')), 'float32');
}

function nearZero(graph: GraphBuilder, x: string, near: string, far: string): string {
  const isNear = graph.op('Less', [graph.op('Abs', [x]), graph.scalar(0.4)]);
  return graph.op('Where', [isNear, near, far]);
}

/** Horner's scheme; coefficients from the constant on. */
function polynomial(graph: GraphBuilder, x: string, coefficients: readonly number[]): string {
  return coefficients
    .map((one) => graph.scalar(one))
    .reduceRight((sum, one) => graph.op('Add', [graph.op('Mul', [sum, x]), one]));
}
