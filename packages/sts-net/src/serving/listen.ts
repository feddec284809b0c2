import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Lets a server listen.
 *
 * @param port 0 for any that is free
 * @returns its address
 * @throws Error if it cannot listen there
 */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch((cause: NodeJS.ErrnoException) => {
    const reasons: Readonly<Record<string, string>> = {
      EADDRINUSE: 'another program listens there; choose another `port`',
      EACCES: 'permission is denied; choose a `port` above 1023',
      EADDRNOTAVAIL: 'this machine has no such address; choose another `host`',
      ENOTFOUND: 'there is no such name; choose another `host`',
    };
    const reason = reasons[cause.code ?? ''] ?? cause.message;
    throw new Error(`cannot listen on ${host}:${port}: ${reason}`, { cause });
  });
  const { port: own } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${own}`;
}
