import { Gst } from './gst.js';

/** A camera as a GStreamer device provider tells of it. */
export interface Device {
  provider: string;
  /** libcamera: the camera's id. */
  displayName: string;
  caps: string;
  properties: string;
}

/** Asks a device provider, e.g. `libcameraprovider`; none where it does not exist. May take seconds, and runs the drivers' code in this process. */
export function devicesOf(provider: string): Device[] {
  const instance = Gst.DeviceProviderFactory.getByName(provider);
  if (instance === null) return [];
  const devices = instance.getDevices() ?? [];
  return devices.map((device) => ({
    provider,
    displayName: device.getDisplayName() ?? '',
    caps: device.getCaps()?.toString() ?? '',
    properties: device.getProperties()?.toString() ?? '',
  }));
}
