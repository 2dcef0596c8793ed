import { randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as sendHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls, createServer, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { WebSocket } from 'ws';
import { type JsonObject, ServerCertificate } from '#cse';
import { createLog, StartupError } from '#platform';
import { until } from '../../support/wait.ts';
import { type Doors, openDoors } from './doors.ts';

const file = (name: string): string => join(import.meta.dirname, '../../fixtures/tls', `${name}.pem`);
const pem = (name: string): string => readFileSync(file(name), 'utf8');
const ca = pem('server-ca');
const fingerprint = (name: string): string => new X509Certificate(pem(name)).fingerprint256;
/** What a client needs to show a certificate. */
const showing = (name: string | undefined) =>
  name === undefined ? { ca } : { ca, cert: pem(name), key: pem(`${name}-key`) };

describe('TLS at the doors of the CSE', () => {
  let doors: Doors;
  let urls: { http: string; mqtt: string; ws: string };
  let folder: string;
  const agents: Agent[] = [];
  const sockets: WebSocket[] = [];
  const clients: MqttClient[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'alzette-tls-'));
    copyFileSync(file('server'), join(folder, 'certificate.pem'));
    copyFileSync(file('server-key'), join(folder, 'key.pem'));
    doors = await openDoors({
      ALZETTE_TLS_CERTIFICATE_FILE: join(folder, 'certificate.pem'),
      ALZETTE_TLS_KEY_FILE: join(folder, 'key.pem'),
      ALZETTE_TLS_CLIENT_CA_FILE: file('device-ca'),
      ALZETTE_TLS_CSE_PORT: '18443',
    });
    urls = await doors.openTls();
    for (const stem of ['Cdevice-1', 'Cdevice-2']) await doors.test.ae(stem);
  });
  afterEach(async () => {
    for (const agent of agents.splice(0)) agent.destroy();
    for (const socket of sockets.splice(0)) socket.terminate();
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    for (const { id, certificate } of await doors.test.cse.credentials.list())
      if (certificate !== undefined) await doors.test.cse.credentials.revoke(id);
  });
  after(async () => {
    await doors[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const bind = (name: string, originator: string) =>
    doors.test.cse.credentials.bind({ originator, label: name, certificate: pem(name) });

  /** A client that keeps its connection. */
  const https = (name?: string) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ...showing(name) });
    agents.push(agent);
    const connections = new Set<TLSSocket>();
    return {
      connections,
      async get(from: string, options: { token?: string; path?: string } = {}): Promise<number> {
        const request = sendHttps(`${urls.http}${options.path ?? `/cse-in/${from.slice(1)}`}`, {
          agent,
          headers: {
            'X-M2M-RI': randomUUID(),
            'X-M2M-RVI': '3',
            'X-M2M-Origin': from,
            ...(options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` }),
          },
        });
        request.on('socket', (socket) => connections.add(socket as TLSSocket));
        const [response] = await Promise.race([
          once(request.end(), 'response'),
          once(request, 'error').then(([error]) => Promise.reject(error)),
        ]);
        await text(response);
        return Number(response.headers['x-m2m-rsc']);
      },
    };
  };
  const ws = async (name: string | undefined): Promise<WebSocket> => {
    const socket = new WebSocket(urls.ws, ['oneM2M.json'], showing(name));
    sockets.push(socket);
    await once(socket, 'open');
    return socket;
  };
  const mqtt = async (name: string | undefined, options: IClientOptions = {}): Promise<MqttClient> => {
    const client = await connectAsync(urls.mqtt, { reconnectPeriod: 0, ...showing(name), ...options }, false);
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  };
  const closing = (client: MqttClient): Promise<void> =>
    new Promise((resolve) => {
      client.once('close', () => resolve());
    });
  const retrieve = (from: string): JsonObject => ({
    op: 2,
    to: `cse-in/${from.slice(1)}`,
    fr: from,
    rqi: randomUUID(),
    rvi: '3',
  });
  const rejected = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'accepted',
      (error: Error) => error.message,
    );

  describe('connections', () => {
    it('are encrypted, and a token proves what it proves without TLS', async () => {
      const { token } = await doors.token('Cdevice-1');
      const client = https();
      expect(await client.get('Cdevice-1', { token })).to.equal(2000);
      expect(await client.get('Cdevice-2', { token })).to.equal(4106);
      expect(await client.get('Cdevice-1')).to.equal(4106);
    });

    it('need TLS 1.2 at least', async () => {
      const old = connectTls({
        ca,
        host: 'localhost',
        port: Number(new URL(urls.http).port),
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'ALL:@SECLEVEL=0',
      });
      const [error] = await once(old, 'error');
      expect(String(error)).to.match(/protocol version/);
    });

    it('that are no TLS are ended', async () => {
      expect(await rejected(fetch(urls.http.replace('https', 'http')))).to.equal('fetch failed');
    });

    it('are told of in the points of access of the CSEBase', async () => {
      const { pc } = await doors.test.send('GET', '/cse-in');
      expect(pc['m2m:cb'].poa.slice(0, 2)).to.deep.equal(['https://127.0.0.1:18443', 'mqtts://127.0.0.1:8883']);
    });
  });

  describe('a client certificate', () => {
    it('is bound at the door of credentials, which keeps its fingerprint only', async () => {
      const admin = await doors.token('CAdmin');
      const door = (body?: JsonObject) =>
        fetch(`${doors.urls.http}/.credentials`, {
          method: body === undefined ? 'GET' : 'POST',
          headers: { 'X-M2M-Origin': 'CAdmin', Authorization: `Bearer ${admin.token}` },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      const wanted = { originator: 'Cdevice-1', label: 'a device', certificate: pem('device-1') };
      const created = await door(wanted);
      expect(created.status).to.equal(201);
      const issued = (await created.json()) as { id: string; certificate: string; token?: string };
      expect(issued.token).to.equal(undefined);
      expect(issued.certificate).to.equal(fingerprint('device-1').replaceAll(':', '').toLowerCase());
      const listed = (await (await door()).json()) as { id: string; expiresAt: string; certificate?: string }[];
      const [known] = listed.filter(({ id }) => id === issued.id);
      expect(known?.certificate).to.equal(issued.certificate);
      expect(known?.expiresAt, 'ends with the certificate').to.match(/^2120-01-01/);
      expect(JSON.stringify(listed)).not.to.contain('BEGIN');
      expect((await door(wanted)).status, 'a second time').to.equal(409);
      const rubbish = await door({ ...wanted, certificate: 'no PEM' });
      expect(rubbish.status).to.equal(400);
      expect(await rubbish.text()).to.contain('certificate: an X.509 certificate in PEM is expected');
      expect(await doors.test.cse.credentials.rotate(issued.id), 'has no token to rotate').to.equal(undefined);
    });

    it('needs no token over HTTP, and speaks for its originator only', async () => {
      await bind('device-1', 'Cdevice-1');
      const client = https('device-1');
      expect(await client.get('Cdevice-1')).to.equal(2000);
      expect(await client.get('Cdevice-2')).to.equal(4106);
    });

    it('proves nothing when its authority or its fingerprint is unknown', async () => {
      await bind('stranger', 'Cdevice-1');
      expect(await https('stranger').get('Cdevice-1'), 'authority').to.equal(4106);
      expect(await https('device-2').get('Cdevice-2'), 'fingerprint').to.equal(4106);
      for (const name of ['stranger', 'device-2', undefined]) {
        expect(await rejected(ws(name)), `WebSocket ${name}`).to.match(/401/);
        expect(await rejected(mqtt(name)), `MQTT ${name}`).to.match(/Not authorized/);
      }
    });

    it('has to hold together with the token that is shown beside it', async () => {
      await bind('device-1', 'Cdevice-*');
      const [one, other, wide] = await Promise.all(
        ['Cdevice-1', 'Cother', '*'].map(async (originator) => (await doors.token(originator)).token),
      );
      const client = https('device-1');
      const get = (from: string, token = '') => client.get(from, { token });
      expect(await get('Cdevice-1', one), 'both').to.equal(2000);
      expect(await get('Cdevice-2', one), 'the token is for another').to.equal(4106);
      expect(await get('Cdevice-1', other), 'the token is for another').to.equal(4106);
      expect(await get('Cdevice-2', wide), 'a wider token').to.equal(2000);
      expect(await get('Cother', wide), 'the certificate is for others').to.equal(4106);
      expect(await get('Cdevice-1', 'made-up'), 'no such token').to.equal(4106);
      expect(await https('stranger').get('Cdevice-1', { token: one ?? '' }), 'no such certificate').to.equal(4106);
    });

    it('needs no token over WebSocket and MQTT', async () => {
      await bind('device-1', 'Cdevice-1');
      const socket = await ws('device-1');
      socket.send(JSON.stringify(retrieve('Cdevice-1')));
      const [answer] = await once(socket, 'message');
      expect(JSON.parse(String(answer)).rsc).to.equal(2000);

      const client = await mqtt('device-1');
      await client.subscribeAsync('/oneM2M/resp/Cdevice-1/#', { qos: 1 });
      const arrived = new Promise<Buffer>((resolve) => {
        client.once('message', (_topic, payload) => resolve(payload));
      });
      const asked = JSON.stringify(retrieve('Cdevice-1'));
      await client.publishAsync('/oneM2M/req/Cdevice-1/id-in/json', asked, { qos: 1 });
      expect(JSON.parse(String(await arrived)).rsc).to.equal(2000);
    });

    it('ends its connections within a second when it is revoked, kept HTTP connections too', async () => {
      const { id } = await bind('device-1', 'Cdevice-1');
      const client = https('device-1');
      expect(await client.get('Cdevice-1')).to.equal(2000);
      const [kept] = client.connections;
      const socket = await ws('device-1');
      const broker = await mqtt('device-1');
      expect(kept?.destroyed).to.equal(false);
      const closed = Promise.all([once(socket, 'close'), closing(broker)]);
      const started = performance.now();
      await doors.test.cse.credentials.revoke(id);
      await closed;
      await until(() => kept?.destroyed === true);
      expect(performance.now() - started).to.be.lessThan(1_000);
      expect(await client.get('Cdevice-1'), 'on a new connection').to.equal(4106);
    });

    it('and the token beside it: either ends the connection', async () => {
      const { id: certificateId } = await bind('device-1', 'Cdevice-1');
      const first = await doors.token('Cdevice-1');
      const connected = await mqtt('device-1', { username: 'any', password: first.token });
      const gone = closing(connected);
      await doors.test.cse.credentials.revoke(first.id);
      await gone;
      const second = await doors.token('Cdevice-1');
      const again = await mqtt('device-1', { username: 'any', password: second.token });
      const goneAgain = closing(again);
      await doors.test.cse.credentials.revoke(certificateId);
      await goneAgain;
    });
  });

  describe("the server's certificate", () => {
    const shown = async (url: string): Promise<string> => {
      const socket = connectTls({ ca, host: 'localhost', port: Number(new URL(url).port) });
      await once(socket, 'secureConnect');
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint256;
    };

    it('is replaced without a restart, and connections that are open stay', async () => {
      const { token } = await doors.token('Cdevice-1');
      const client = https();
      expect(await client.get('Cdevice-1', { token })).to.equal(2000);
      expect(await shown(urls.http)).to.equal(fingerprint('server'));
      copyFileSync(file('renewed-key'), join(folder, 'key.pem'));
      copyFileSync(file('renewed'), join(folder, 'certificate.pem'));
      await until(async () => (await shown(urls.http)) === fingerprint('renewed'));
      expect(await shown(urls.mqtt)).to.equal(fingerprint('renewed'));
      expect(await client.get('Cdevice-1', { token })).to.equal(2000);
      expect(client.connections.size).to.equal(1);
    });

    it('stays when the new file cannot be used, which is logged', async () => {
      const [certificateFile, keyFile, logFile] = ['c.pem', 'k.pem', 'log'].map((name) => join(folder, name));
      copyFileSync(file('server'), certificateFile ?? '');
      copyFileSync(file('server-key'), keyFile ?? '');
      const certificate = new ServerCertificate(
        { certificateFile: certificateFile ?? '', keyFile: keyFile ?? '', clientCaFile: null },
        createLog('error', logFile),
      );
      const server = createServer(certificate.options, (socket) => socket.end());
      certificate.renewFor(server);
      try {
        await once(server.listen(0, '127.0.0.1'), 'listening');
        const url = `https://localhost:${(server.address() as AddressInfo).port}`;
        writeFileSync(certificateFile ?? '', 'half a certi');
        await until(() => readFileSync(logFile ?? '', 'utf8').includes('tls.certificateFile'));
        expect(await shown(url)).to.equal(fingerprint('server'));
      } finally {
        server.close();
        certificate.close();
      }
    });

    const unusable: Record<string, { certificate?: string; key?: string; ca?: string; says: RegExp }> = {
      'no such certificate': { certificate: '/nowhere/c.pem', says: /^tls\.certificateFile .*cannot be read: ENOENT/ },
      'a certificate that is none': {
        certificate: file('server-key'),
        says: /^tls\.certificateFile .*a certificate in PEM/,
      },
      'no such key': { key: '/nowhere/k.pem', says: /^tls\.keyFile .*cannot be read: ENOENT/ },
      'a key that is none': { key: file('server'), says: /^tls\.keyFile .*a private key without a passphrase/ },
      "another certificate's key": {
        key: file('renewed-key'),
        says: /^tls\.keyFile .*is not the key of the certificate/,
      },
      'no such authorities': { ca: '/nowhere/a.pem', says: /^tls\.clientCaFile .*cannot be read: ENOENT/ },
      'authorities that are none': { ca: file('server-key'), says: /^tls\.clientCaFile .*certificates of authorities/ },
    };
    for (const [what, { certificate, key, ca: authorities, says }] of Object.entries(unusable)) {
      it(`stops the start: ${what}`, () => {
        const open = () =>
          new ServerCertificate(
            {
              certificateFile: certificate ?? file('server'),
              keyFile: key ?? file('server-key'),
              clientCaFile: authorities ?? null,
            },
            createLog('silent'),
          );
        expect(open).to.throw(StartupError, says);
      });
    }
  });
});
