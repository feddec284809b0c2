// The bottleneck of bench-page.mjs as a program of jax-js, whose images have channels second.
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  valueAndGrad,
} from '@jax-js/jax';

/** A compiled training step on jax-js's WebAssembly. */
export async function bottleneckOfJax() {
  await init('wasm');
  defaultDevice('wasm');
  const random = (shape, range) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length }, (_, i) => range * Math.sin(i * i + length));
    return np.array(values).reshape(shape);
  };
  const x = random([4, 256, 48, 48], 1);
  const shapes = [
    [128, 256, 1, 1],
    [128, 4, 3, 3],
    [256, 128, 1, 1],
  ];
  let weights = shapes.map((shape) => ({
    filter: random(shape, 0.05),
    gamma: np.ones([1, shape[0], 1, 1]),
    beta: np.zeros([1, shape[0], 1, 1]),
  }));
  const normalized = (y, gamma, beta) => {
    const axes = [0, 2, 3];
    const centered = y.ref.sub(np.mean(y, axes, { keepdims: true }));
    const variance = np.mean(np.square(centered.ref), axes, { keepdims: true });
    return centered
      .div(np.sqrt(variance.add(1e-5)))
      .mul(gamma)
      .add(beta);
  };
  const loss = (parameters, image) => {
    let y = image.ref;
    parameters.forEach(({ filter, gamma, beta }, i) => {
      const pad = i === 1 ? 1 : 0;
      const convolved = lax.convGeneralDilated(
        y,
        filter,
        [1, 1],
        [
          [pad, pad],
          [pad, pad],
        ],
        { featureGroupCount: i === 1 ? 32 : 1 },
      );
      y = normalized(convolved, gamma, beta);
      if (i < 2) y = nn.relu(y);
    });
    return np.mean(np.square(nn.relu(y.add(image))));
  };
  const step = jit((parameters, image) => {
    const [value, gradients] = valueAndGrad(loss)(
      parameters.map(({ filter, gamma, beta }) => ({
        filter: filter.ref,
        gamma: gamma.ref,
        beta: beta.ref,
      })),
      image,
    );
    const moved = parameters.map((one, i) =>
      Object.fromEntries(
        Object.entries(one).map(([key, weight]) => [key, weight.sub(gradients[i][key].mul(1e-3))]),
      ),
    );
    return [value, moved];
  });
  return async () => {
    const [value, moved] = step(weights, x.ref);
    weights = moved;
    await blockUntilReady(weights.map((one) => one.filter));
    await value.data();
  };
}
