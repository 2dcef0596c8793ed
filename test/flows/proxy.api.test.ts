import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Server } from 'node:net';
import { assert } from 'chai';
import { createLog } from '#platform';
import { createEditorProxy } from '../../flows/proxy.ts';
import { freePort } from '../support/wait.ts';

describe('flows: the editor behind the proxy', () => {
  let server: Server;
  let port: number;

  before(async () => {
    // The process has just ended: its door is still known, and nobody is behind it.
    const door = { port: await freePort(), secret: 'of this test' };
    const { proxy, upgrade } = createEditorProxy({ door: () => door, log: createLog('silent') });
    server = createServer((request, response) => proxy(request, response, () => response.end()));
    server.on('upgrade', upgrade);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  after(() => server.close());

  const get = (accept: string) =>
    fetch(`http://127.0.0.1:${port}/flows/`, { headers: { accept }, signal: AbortSignal.timeout(1_500) });

  it('answers 503, with a page for people, when the process has just ended', async () => {
    const page = await get('text/html');
    assert.equal(page.status, 503);
    assert.include(await page.text(), 'Les flux redémarrent');
    const api = await get('application/json');
    assert.equal(api.status, 503);
    assert.equal(((await api.json()) as { code: string }).code, 'flows-not-running');
  });

  it('ends a live link that leads nowhere', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      'GET /flows/comms HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await once(socket, 'close');
  });
});
