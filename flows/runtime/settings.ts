import { fileURLToPath } from 'node:url';
import { operatorHeader, type StartOrder } from '../handshake.ts';
import type { AdminRequest, AdminResponse, LogRecord } from '../node-red.ts';
import { credentialSecret } from './credential-secret.ts';
import type { House } from './house.ts';

const own = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Core nodes that reach the machine itself rather than the network: programs and files of the server. */
const withheldNodes = ['90-exec.js', '10-file.js', '23-watch.js'];

/** Node-RED asks the package registry about a module before it looks whether installing is allowed at all. */
function refuseInstallation(request: AdminRequest, response: AdminResponse, next: () => void): void {
  if (request.method === 'POST' && request.path === '/nodes') {
    response.status(403).json({ code: 'install_not_allowed', message: 'nodes are not installed from here' });
  } else next();
}

/** Everything we decide about Node-RED. */
export function nodeRedSettings(order: StartOrder, house: House, log: (record: LogRecord) => void) {
  return {
    userDir: order.userDir,
    flowFile: 'flows.json',
    flowFilePretty: true,
    credentialSecret: credentialSecret(order.userDir),
    nodesDir: [own('nodes')],
    nodesExcludes: withheldNodes,
    httpAdminRoot: order.publicPath,
    httpNodeRoot: `${order.publicPath}/http`,
    apiMaxLength: '5mb',
    httpAdminMiddleware: refuseInstallation,
    lang: 'fr',
    /** The front door has checked the secret; this names the operator for the audit and the editor. */
    adminAuth: {
      tokenHeader: operatorHeader,
      tokens: (operator: string) => Promise.resolve({ username: decodeURIComponent(operator), permissions: '*' }),
    },
    // Nothing is fetched from outside: no figures sent, no update looked for, no node or module installed.
    telemetry: { enabled: false, updateNotification: false },
    externalModules: {
      autoInstall: false,
      palette: {
        allowInstall: false,
        allowUpdate: false,
        allowUpload: false,
      },
      modules: { allowInstall: false },
    },
    functionExternalModules: false,
    /** Seconds; a loop without end becomes an error of its message instead of a hung process. */
    globalFunctionTimeout: 10,
    diagnostics: { enabled: false, ui: false },
    runtimeState: { enabled: false, ui: false },
    nodeCloseTimeout: 10_000,
    debugMaxLength: 4_000,
    contextStorage: { default: { module: 'memory' } },
    logging: {
      alzette: {
        level: order.logLevel === 'silent' ? 'off' : order.logLevel,
        metrics: false,
        audit: false,
        handler: () => log,
      },
    },
    editorTheme: {
      page: {
        title: 'Flux — Alzette',
        favicon: own('theme/alzette.svg'),
        tabicon: { icon: own('theme/alzette-tab.svg'), colour: '#96391C' },
        css: own('theme/alzette.css'),
        scripts: own('theme/alzette.js'),
      },
      header: { title: 'Alzette · Flux', image: own('theme/alzette.svg'), url: '/hypervision/' },
      userMenu: false,
      tours: false,
      projects: { enabled: false },
      multiplayer: { enabled: false },
      palette: {
        categories: ['alzette', 'subflows', 'common', 'function', 'network', 'sequence', 'parser'],
      },
      menu: {
        'menu-item-help': { label: 'Alzette', url: '/hypervision/' },
        'menu-item-node-red-version': false,
      },
      codeEditor: { lib: 'monaco', options: { minimap: { enabled: false }, wordWrap: 'on', fontSize: 13 } },
      markdownEditor: { mermaid: { enabled: false } },
    },
    alzette: house,
  };
}
