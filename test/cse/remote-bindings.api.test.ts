import { expect } from 'chai';
import { startCoapBinding, startMqttBinding } from '#cse';
import { createLog, createMetrics, readConfig } from '#platform';
import { type Member, type Network, network } from './network.ts';

const log = createLog('silent');

/** Opens one more door of a CSE, on a free port. */
const doors = {
  mqtt: (member: Member) =>
    startMqttBinding({
      cse: member.cse,
      config: readConfig({ ALZETTE_MQTT_PORT: '0' }),
      log,
      metrics: createMetrics(),
    }),
  coap: (member: Member) =>
    startCoapBinding({
      cse: member.cse,
      config: readConfig({ ALZETTE_COAP_PORT: '0' }),
      log,
      metrics: createMetrics(),
    }),
} as const;

describe('CSEs among each other, over other bindings', () => {
  for (const binding of ['mqtt', 'coap'] as const) {
    describe(binding, () => {
      let net: Network;
      let top: Member;
      let mn: Member;
      let close: () => Promise<void>;

      before(async () => {
        net = network();
        top = await net.infrastructure({ children: ['mn'] });
        const above = await doors[binding](top);
        let below: Awaited<ReturnType<(typeof doors)[typeof binding]>> | undefined;
        mn = await net.below(top, 'mn', {
          env: {
            ALZETTE_CSE_REGISTRAR_URL: `${binding}://127.0.0.1:${above.port}`,
            ALZETTE_CSE_POINTS_OF_ACCESS: '["http://127.0.0.1:9"]',
          },
          async opened(member) {
            below = await doors[binding](member);
          },
        });
        const poa = [`${binding}://127.0.0.1:${below?.port}`];
        await top.send('PUT', mn.csr, { 'm2m:csr': { poa } }, { from: '/mn' });
        close = async () => {
          await below?.close();
          await above.close();
        };
      });

      after(async () => {
        await close();
        await net[Symbol.asyncDispose]();
      });

      it('registers, and passes requests on in both directions (TS-0004 §7.3.2.6)', async () => {
        const acp = {
          'm2m:acp': {
            rn: 'open',
            pv: { acr: [{ acor: ['all'], acop: 63 }] },
            pvs: { acr: [{ acor: ['all'], acop: 63 }] },
          },
        };
        for (const [here, there] of [
          [top, mn],
          [mn, top],
        ] as const) {
          await there.create(`/base-${there.id}`, 1, acp);
          const path = `/~/${there.id}/base-${there.id}`;
          await there.create(`/base-${there.id}`, 3, { 'm2m:cnt': { rn: 'c', acpi: [`base-${there.id}/open`] } });
          const made = await here.create(`${path}/c`, 4, { 'm2m:cin': { con: here.id } });
          expect(made.rsc, made.dbg).to.equal(2001);
          expect((await here.send('GET', `${path}/c/la`)).pc['m2m:cin'].con).to.equal(here.id);
          expect((await here.send('GET', `${path}/nothing`)).rsc).to.equal(4004);
        }
      });
    });
  }
});
