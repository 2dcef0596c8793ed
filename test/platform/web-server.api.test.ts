import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { createLog, createMetrics, createWebServer, readConfig } from '#platform';

describe('the web server', () => {
  it('stops at once although a WebSocket is open, and tells the other end', async () => {
    const config = readConfig({ ALZETTE_WEB_PORT: '0' });
    const web = createWebServer({ config, log: createLog('silent'), metrics: createMetrics(), readiness: {} });
    web.onUpgrade('/live', (_request, socket) => {
      socket.on('error', () => {});
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: test\r\nConnection: Upgrade\r\n\r\n');
    });
    const client = connect(await web.start(), '127.0.0.1');
    client.on('error', () => {});
    const ended = once(client, 'close');
    client.write('GET /live HTTP/1.1\r\nHost: localhost\r\nUpgrade: test\r\nConnection: Upgrade\r\n\r\n');
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(answer.toString()).to.match(/^HTTP\/1\.1 101 /);
    const startedAt = performance.now();
    await web.stop();
    await ended;
    expect(performance.now() - startedAt).to.be.lessThan(1_500);
  });
});
