import '@sts-net/web/worker';
