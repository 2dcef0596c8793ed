import type { LorawanIntegration } from '#platform';

export type NetworkServer = LorawanIntegration['server'];

export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** What a network server knows about a device, whichever it is. */
export interface Device {
  /** 16 lower-case hexadecimal digits. */
  readonly devEui: string;
  /** Name at the network server. */
  readonly name: string;
  /** Names under which a codec may be found, best first. */
  readonly modelNames: readonly string[];
  /** Tags (ChirpStack) or attributes (The Things Stack) set by whoever manages the devices. */
  readonly tags: Readonly<Record<string, string>>;
  readonly position?: Position;
}

/** Reception by the gateway that heard it best. */
export interface Radio {
  /** dBm */
  readonly rssi?: number;
  /** dB */
  readonly snr?: number;
  /** Spreading factor, 7–12. */
  readonly sf?: number;
  readonly gateway?: string;
  /** How many gateways heard it. */
  readonly gateways: number;
}

interface Heard {
  readonly server: NetworkServer;
  /** Name of the integration it came by. */
  readonly integration: string;
  readonly device: Device;
  /** The same for every copy of this message, different for any other message. */
  readonly identity: string;
  /** Reception by the network server, as it wrote it. */
  readonly receivedAt: string;
}

export interface Uplink extends Heard {
  readonly event: 'up';
  /** Absent: the device sent no application payload. */
  readonly fPort?: number;
  readonly fCnt: number;
  readonly payload: Buffer;
  readonly radio: Radio;
  /** From the MAC layer's DevStatus, where the network server passes it along. */
  readonly batteryPercent?: number;
}

export interface Join extends Heard {
  readonly event: 'join';
}

/** Answer of the device to the network server's DevStatusReq. */
export interface Status extends Heard {
  readonly event: 'status';
  readonly batteryPercent?: number;
  readonly externallyPowered?: boolean;
  readonly marginDb?: number;
}

/** One thing a network server told, in the same words for every make of server. */
export type Message = Uplink | Join | Status;

/** Something a network server sends that says nothing about the territory (acknowledgements, its own log). */
export interface Passed {
  readonly event: 'passed';
  readonly kind: string;
}
