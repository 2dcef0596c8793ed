import { activeCmdhPolicy } from './active-cmdh-policy.ts';
import { areaNwkDeviceInfo } from './area-nwk-device-info.ts';
import { areaNwkInfo } from './area-nwk-info.ts';
import { battery } from './battery.ts';
import { cmdhBuffer } from './cmdh-buffer.ts';
import { cmdhDefEcValue } from './cmdh-def-ec-value.ts';
import { cmdhDefaults } from './cmdh-defaults.ts';
import { cmdhEcDefParamValues } from './cmdh-ec-def-param-values.ts';
import { cmdhLimits } from './cmdh-limits.ts';
import { cmdhNetworkAccessRules } from './cmdh-network-access-rules.ts';
import { cmdhNwAccessRule } from './cmdh-nw-access-rule.ts';
import { cmdhPolicy } from './cmdh-policy.ts';
import { credentials } from './credentials.ts';
import { dataCollection } from './data-collection.ts';
import { deviceCapability } from './device-capability.ts';
import { deviceInfo } from './device-info.ts';
import { eventLog } from './event-log.ts';
import { firmware } from './firmware.ts';
import { memory } from './memory.ts';
import { mobileNetwork } from './mobile-network.ts';
import { myCertFileCred } from './my-cert-file-cred.ts';
import { reboot } from './reboot.ts';
import { simCard } from './sim-card.ts';
import { software } from './software.ts';
import { wifiClient } from './wifi-client.ts';

/** The specializations of <mgmtObj> (TS-0001 Annex D). */
export const managementObjects = [
  activeCmdhPolicy,
  areaNwkDeviceInfo,
  areaNwkInfo,
  battery,
  cmdhBuffer,
  cmdhDefEcValue,
  cmdhDefaults,
  cmdhEcDefParamValues,
  cmdhLimits,
  cmdhNetworkAccessRules,
  cmdhNwAccessRule,
  cmdhPolicy,
  credentials,
  dataCollection,
  deviceCapability,
  deviceInfo,
  eventLog,
  firmware,
  memory,
  mobileNetwork,
  myCertFileCred,
  reboot,
  simCard,
  software,
  wifiClient,
] as const;
