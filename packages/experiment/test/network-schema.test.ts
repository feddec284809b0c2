import { networks } from '@sts-net/networks';
import { expect, test } from 'vitest';
import { networkSchema, networkSettings } from '../src/config/network-schema.ts';

const known = new Set(Object.values(networkSettings).flatMap((settings) => Object.keys(settings)));

test.each(Object.entries(networks))(
  '%s takes the settings that its network has, and no others',
  (name, network) => {
    const accepted = [...known].filter((setting) => {
      const { error } = networkSchema.safeParse({ name, [setting]: undefined });
      return error === undefined;
    });
    expect(accepted.sort()).toEqual([...(network.settings ?? [])].sort());
  },
);
