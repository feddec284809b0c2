import type { Grid } from '../grid/grid-folder.ts';

export interface KubernetesOptions {
  /** Runs that one pod does, one after the other. @default 1 */
  readonly perJob?: number;
  /** Pods at a time. @default 4 */
  readonly atOnce?: number;
  /** Processors of a pod. @default 4 */
  readonly processors?: number;
  /** Image with the command, as the Dockerfile beside it makes one. @default 'sts-net' */
  readonly image?: string;
  /** Claim of the volume that holds grid and data. @default 'sts-net-data' */
  readonly claim?: string;
  /** Where the volume is mounted. @default '/data' */
  readonly mountPath?: string;
  /** The grid's folder in the volume, relative to it. @default 'grid' */
  readonly path?: string;
}

/**
 * An Indexed Job for `kubectl apply`: a pod for each job of the grid. A pod that is stopped is started again
 * without end; one whose command or input is wrong is not; other failures count for its index alone.
 */
export function kubernetesJob(
  { runs }: Grid,
  {
    perJob = 1,
    atOnce = 4,
    processors = 4,
    image = 'sts-net',
    claim = 'sts-net-data',
    mountPath = '/data',
    path = 'grid',
  }: KubernetesOptions = {},
): string {
  const jobs = Math.ceil(runs.length / perJob);
  const memory = Math.ceil((1.25 * Math.max(...runs.map((run) => run.memory))) / 2 ** 20);
  const args = [
    'grid',
    'run',
    `${mountPath}/${path}`,
    ...(perJob > 1 ? ['--per-job', String(perJob)] : []),
  ];
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: sts-net-grid
spec:
  completionMode: Indexed
  completions: ${jobs}
  parallelism: ${Math.min(atOnce, jobs)}
  backoffLimitPerIndex: 3
  maxFailedIndexes: ${jobs}
  podFailurePolicy:
    rules:
      # Stopped after saving, or evicted: again, and it goes on.
      - action: Ignore
        onExitCodes: { containerName: sts-net, operator: In, values: [75] }
      - action: Ignore
        onPodConditions: [{ type: DisruptionTarget, status: "True" }]
      # Command, config or input are wrong: never again as they are.
      - action: FailIndex
        onExitCodes: { containerName: sts-net, operator: In, values: [2, 65] }
  template:
    spec:
      restartPolicy: Never
      # Saving takes at most 30 s.
      terminationGracePeriodSeconds: 90
      containers:
        - name: sts-net
          image: ${JSON.stringify(image)}
          args: ${JSON.stringify(args)}
          env:
            # Pods share a node's processors; a program sees all of them.
            - { name: STS_NET_THREADS, value: "${processors}" }
          resources:
            requests: { cpu: "${processors}", memory: ${memory}Mi }
            limits: { memory: ${memory}Mi }
          volumeMounts:
            - { name: data, mountPath: ${JSON.stringify(mountPath)} }
      volumes:
        - name: data
          persistentVolumeClaim: { claimName: ${JSON.stringify(claim)} }
`;
}

/** An image of nothing but Node and the package. */
export function dockerfile(version: string): string {
  return `FROM node:22-bookworm-slim
RUN npm install --global sts-net@${version} onnxruntime-node@1 --ignore-scripts \\
  && npm cache clean --force
# The user node of that image.
USER 1000
ENTRYPOINT ["sts-net"]
`;
}
